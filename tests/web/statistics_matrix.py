"""Who gets what of the usage statistics: the public pages, and the settings behind their permission."""

from typing import Final

from tests.web.matrix import ADMIN_CHANGES, ADMINS, ALL, SIGNED_IN

ROWS: Final = {
    "POST feedback.answer": (404, 404, 404, 404),
    "POST feedback.choose": ADMIN_CHANGES,
    "GET feedback.contact": (404, 404, 404, 404),
    "GET feedback.index": ADMINS,
    "POST feedback.leave": (404, 404, 404, 404),
    "GET feedback.show": (404, 404, 404, 404),
    "POST objections.create": ADMIN_CHANGES,
    "POST objections.end": (401, 404, 404, 404),
    "GET objections.index": ADMINS,
    "GET reports.download": (302, 404, 404, 200),
    "GET reports.index": SIGNED_IN,
    "GET statistics.feed": ALL,
    "GET statistics.file": ALL,
    "GET statistics.schema": ALL,
    "GET statistics.show": ALL,
    "POST theme.choose": ADMIN_CHANGES,
    "POST theme.contact": (401, 404, 404, 422),
    "POST theme.tag": (401, 404, 404, 422),
    "GET theme.show": ADMINS,
    "POST themes.ask": ADMIN_CHANGES,
    "POST themes.choose_digest": ADMIN_CHANGES,
    "GET themes.download": ADMINS,
    "GET themes.index": ADMINS,
    "GET themes.progress": ADMINS,
    "GET themes.show": ADMINS,
    "POST themes.stop": ADMIN_CHANGES,
    "POST statistics_settings.add_tag": ADMIN_CHANGES,
    "POST statistics_settings.add_theme": ADMIN_CHANGES,
    "POST statistics_settings.choose": ADMIN_CHANGES,
    "GET statistics_settings.index": ADMINS,
    "POST statistics_settings.remove_tag": ADMIN_CHANGES,
    "POST statistics_settings.remove_theme": ADMIN_CHANGES,
    "POST statistics_settings.send": ADMIN_CHANGES,
}
FORMS: Final = {
    "theme.choose": {"do": "rename", "name": "Lamps"},
    "objections.create": {"who": "1", "wish": "objection"},
    "statistics_settings.add_tag": {"name": "lamp"},
    "statistics_settings.add_theme": {"name": "Lamps", "words": "lamp"},
    "statistics_settings.choose": {"is_on": "1", "epsilon": "2", "unit": "customer"},
    "statistics_settings.remove_tag": {"name": "lamp"},
    "statistics_settings.remove_theme": {"name": "Lamps"},
    "statistics_settings.send": {"address": ""},
}
