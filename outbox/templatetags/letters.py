"""What a template of words may hold beside words (`outbox/words.py` says what becomes of it).

`{% button url %}Label{% endbutton %}` on a line of its own: a button, in plain text "Label: url".
`{{ text|own_words }}` on a line of its own: what a person wrote, as theirs, whatever is in it.
`{{ text|code_line }}` on a line of its own: a code, large.
"""

from __future__ import annotations

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token
from django.template.context import Context

from outbox import words

register = template.Library()


class ButtonNode(template.Node):
    def __init__(self, url: FilterExpression, label: NodeList) -> None:
        self.url, self.nodelist = url, label

    def render(self, context: Context) -> str:
        return words.button(str(self.url.resolve(context)), self.nodelist.render(context))


@register.tag
def button(parser: Parser, token: Token) -> ButtonNode:
    name, *given = token.split_contents()
    if len(given) != 1:
        raise template.TemplateSyntaxError(f"{name} takes one address")
    label = parser.parse(("endbutton",))
    parser.delete_first_token()
    return ButtonNode(parser.compile_filter(given[0]), label)


@register.filter
def own_words(text: str | None) -> str:
    return words.own(text or "")


@register.filter
def code_line(text: str | None) -> str:
    return words.code(text or "")
