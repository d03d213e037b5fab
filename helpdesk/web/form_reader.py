"""The forms of a page of ours, as they stand in its text: where each field is, and what folds around it."""

from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser
from itertools import accumulate

from markupsafe import Markup

_FIELDS = frozenset({"input", "select", "textarea"})
NOT_TYPED = frozenset({"hidden", "password", "file", "submit", "button", "image", "reset"})


@dataclass(eq=False)
class Tag:
    """A start tag, from `start` to `end` in the page; its attributes may be changed."""

    name: str
    attributes: dict[str, str | None]
    start: int
    end: int

    def __post_init__(self) -> None:
        self._before = dict(self.attributes)

    @property
    def is_changed(self) -> bool:
        return self.attributes != self._before

    def switch(self, attribute: str, *, on: bool) -> None:
        if on:
            self.attributes.setdefault(attribute, None)
        else:
            self.attributes.pop(attribute, None)

    def written(self) -> Markup:
        attributes = [
            Markup(" {}").format(name) if value is None else Markup(' {}="{}"').format(name, value)
            for name, value in self.attributes.items()
        ]
        return Markup("<{}{}>").format(self.name, Markup("").join(attributes))


@dataclass(eq=False)
class Option:
    tag: Tag
    text: str = ""

    @property
    def value(self) -> str:
        given = self.tag.attributes.get("value")
        return self.text if given is None else given


@dataclass(eq=False)
class Field:
    tag: Tag
    folds: tuple[Tag, ...]
    closes: int  # where its end tag begins
    ends: int
    label_closes: int = 0  # where the end tag of the label around it begins; 0: there is none
    options: list[Option] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.tag.attributes.get("name") or ""

    @property
    def kind(self) -> str:
        return (self.tag.attributes.get("type") or "text") if self.tag.name == "input" else self.tag.name

    def stands(self, page: str) -> str:
        """What a browser shows in it: of what is chosen from a list its words, of a box whether it is ticked."""
        attributes = self.tag.attributes
        if self.kind == "textarea":
            return unescape(page[self.tag.end : self.closes].removeprefix("\n"))
        if self.kind == "select":
            chosen = [option.text for option in self.options if "selected" in option.tag.attributes]
            return "\n".join(chosen or [option.text for option in self.options[:1]])
        if self.kind in {"checkbox", "radio"}:
            return (attributes.get("value") or "on") if "checked" in attributes else ""
        return attributes.get("value") or ""

    @property
    def is_open_list(self) -> bool:
        """Whether options that are read now are its own: a list of suggestions has some too."""
        return self.tag.name == "select" and self.ends == self.tag.end


@dataclass(eq=False)
class Form:
    tag: Tag
    folds: tuple[Tag, ...]
    fields: list[Field] = field(default_factory=list)

    def is_posted_to(self, path: str) -> bool:
        return self.is_sent_to(path, "post")

    def is_sent_to(self, path: str, how: str) -> bool:
        """Whether it is sent to this path; without an address of its own it is sent to where the page is."""
        action = (self.tag.attributes.get("action") or path).partition("?")[0]
        return (self.tag.attributes.get("method") or "get").lower() == how and action == path


@dataclass
class PageRead:
    forms: list[Form]
    tags: list[Tag]  # all of them, in their order


def read(page: str) -> PageRead:
    reader = _Reader(page)
    reader.feed(page)
    reader.close()
    return PageRead(reader.forms, reader.tags)


class _Reader(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=False)
        self.forms: list[Form] = []
        self.tags: list[Tag] = []
        self._page = page
        self._lines = [0, *accumulate(len(line) + 1 for line in page.split("\n"))]
        self._folds: list[Tag] = []
        self._form: Form | None = None
        self._labelled: list[Field] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        start = self._at()
        made = Tag(tag, dict(attrs), start, start + len(self.get_starttag_text() or ""))
        self.tags.append(made)
        if tag == "details":
            self._folds.append(made)
        elif tag == "form":
            self._form = Form(made, tuple(self._folds))
            self.forms.append(self._form)
        elif tag == "label":
            self._labelled = []
        elif tag in _FIELDS and self._form is not None:
            self._form.fields.append(Field(made, tuple(self._folds), made.end, made.end))
            self._labelled.append(self._form.fields[-1])
        elif tag == "option" and self._field is not None and self._field.is_open_list:
            self._field.options.append(Option(made))

    def handle_endtag(self, tag: str) -> None:
        at, open_field = self._at(), self._field
        if tag == "details" and self._folds:
            self._folds.pop()
        elif tag == "form":
            self._form = None
        elif tag == "label":
            for one in self._labelled:
                one.label_closes = at
            self._labelled = []
        elif tag in _FIELDS and open_field is not None:
            open_field.closes, open_field.ends = at, self._page.index(">", at) + 1
        elif tag == "option" and open_field is not None and open_field.is_open_list:
            last = open_field.options[-1]
            last.text = unescape(self._page[last.tag.end : at]).strip()

    @property
    def _field(self) -> Field | None:
        return self._form.fields[-1] if self._form is not None and self._form.fields else None

    def _at(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column
