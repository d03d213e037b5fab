"""All pictures on one page, a row for each state, so that somebody can look through them in a few minutes."""

from pathlib import Path
from typing import Final

from jinja2 import Environment

_PAGE: Final = Environment(autoescape=True).from_string("""<!doctype html>
<meta charset="utf-8"><title>Pictures</title>
<style>
  body { margin: 16px; background: #777; color: #fff; font: 14px system-ui; }
  div { display: flex; gap: 8px; overflow-x: auto; }
  img { height: 420px; object-fit: cover; object-position: top; }
</style>
{% for state, files in rows.items() %}<h2>{{ state }}</h2>
<div>{% for file in files %}<a href="{{ file }}"><img loading="lazy" src="{{ file }}" alt=""></a>{% endfor %}</div>
{% endfor %}""")


def write(folder: Path) -> Path:
    """The page, beside the pictures."""
    rows: dict[str, list[str]] = {}
    for file in sorted(folder.glob("*/*.png")):
        name = file.relative_to(folder).as_posix()
        rows.setdefault(name.rsplit("-", 2)[0], []).append(name)
    made = folder / "index.html"
    made.write_text(_PAGE.render(rows=rows), encoding="utf-8")
    return made
