"""Builds the wheel with its translations compiled, and with what lies beside the package in a checkout."""

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

BESIDE = {
    "migrations": "helpdesk/_migrations",
    "templates": "helpdesk/_templates",
    "config.example.toml": "helpdesk/config.example.toml",
    "policy.example.toml": "helpdesk/policy.example.toml",
}


class Wheel(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Leave an editable installation alone: it reads the checkout, and a copy would grow old."""
        if self.target_name != "wheel" or version == "editable":
            return
        root = Path(self.root)
        build_data["force_include"].update({str(root / here): there for here, there in BESIDE.items()})
        for written in root.glob("helpdesk/translations/*/LC_MESSAGES/*.po"):
            compiled = written.with_suffix(".mo")
            with written.open("rb") as source, compiled.open("wb") as target:
                write_mo(target, read_po(source))
            build_data["artifacts"].append(f"/{compiled.relative_to(root)}")
