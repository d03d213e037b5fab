"""Templates in one piece say what Jinja's own would."""

from flask import Flask
from jinja2 import DictLoader, Environment

from helpdesk.web import templating

_TEMPLATES = {
    "base": "<{% block head %}base{% endblock %}|{% block main %}{% endblock %}|{{ self.head() }}>",
    "desk": "{% extends 'base' %}{% block head %}desk of {{ super() }}{% endblock %}",
    "page": "{% extends 'desk' %}{% from 'pieces' import piece %}{% block head %}page of {{ super() }}{% endblock %}"
    "{% block main %}{% for one in many %}{% include 'row' %}{% endfor %}{{ piece('<') }}{% endblock %}",
    "row": "{{ one }},",
    "pieces": "{% macro piece(text) %}[{{ text }}]{% endmacro %}",
}


def test_blocks_within_blocks_what_is_included_and_what_stands_above_come_whole():
    app = Flask(__name__)
    templating.install(app)
    app.jinja_env.loader = DictLoader(_TEMPLATES)
    app.jinja_env.autoescape = True
    page = app.jinja_env.get_template("page")
    own = Environment(loader=DictLoader(_TEMPLATES), autoescape=True).get_template("page")

    assert page.render(many=["<b>", 2]) == own.render(many=["<b>", 2])
    assert len(list(page.generate(many=["<b>", 2]))) == 1 < len(list(own.generate(many=["<b>", 2])))
