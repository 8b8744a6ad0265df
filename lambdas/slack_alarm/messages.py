"""The Slack message of a notice: the state as text and color, the facts, and the links."""

from typing import Any

from .notices import Notice

#: [Slack, Section block](https://docs.slack.dev/reference/block-kit/blocks/section-block): characters in a text, number
#: of fields, characters in a field.
TEXT_LIMIT, FIELD_COUNT, FIELD_LIMIT = 3000, 10, 2000
#: [Slack, Creating rich message layouts](https://api.slack.com/messaging/composing/layouts): this text is shown in
#: notifications on phones, so it can be short.
SUMMARY_LIMIT = 300
_CUT = " …"
_COLORS = {"ALARM": "#c62828", "OK": "#2e7d32", "INSUFFICIENT_DATA": "#9e9e9e"}
_UNKNOWN_COLOR = "#1565c0"


def payload(notice: Notice) -> dict[str, Any]:
    """Return the body for the webhook."""
    headline = " ".join(filter(None, (notice.state, notice.severity and f"({notice.severity})", notice.title)))
    blocks = [_section(f"*{escaped(headline, TEXT_LIMIT - 100)}*{_since(notice)}")]
    if notice.text:
        blocks.append(_section(escaped(notice.text, TEXT_LIMIT)))
    if notice.facts:
        fields = [f"*{escaped(name, 100)}*\n{escaped(value, FIELD_LIMIT - 200)}" for name, value in notice.facts]
        blocks.append({"type": "section", "fields": [_text(each) for each in fields[:FIELD_COUNT]]})
    if notice.as_it_came:
        blocks.append(_section(f"```{escaped(notice.as_it_came, TEXT_LIMIT - 100)}```"))
    if notice.links:
        links = "   ".join(f"<{escaped(url, TEXT_LIMIT)}|{escaped(name, 100)}>" for name, url in notice.links)
        blocks.append({"type": "context", "elements": [_text(links)]})
    color = _COLORS.get(notice.state, _UNKNOWN_COLOR)
    return {"text": escaped(headline, SUMMARY_LIMIT), "attachments": [{"color": color, "blocks": blocks}]}


def escaped(text: str, limit: int) -> str:
    """Return the text escaped for Slack and truncated to the limit.

    [Slack, Formatting message text](https://docs.slack.dev/messaging/formatting-message-text).
    """
    pieces: list[str] = []
    length = 0
    for character in text:
        piece = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}.get(character, character)
        if length + len(piece) > limit - len(_CUT):
            return "".join(pieces) + _CUT
        pieces.append(piece)
        length += len(piece)
    return "".join(pieces) or "-"


def _since(notice: Notice) -> str:
    if not notice.since:
        return ""
    # Slack shows the time in each reader's time zone; the rest is the fallback.
    moment = int(notice.since.timestamp())
    return f"\nsince <!date^{moment}^{{date_short_pretty}} {{time_secs}}|{notice.since:%Y-%m-%d %H:%M:%S %Z}>"


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": _text(text)}


def _text(text: str) -> dict[str, str]:
    return {"type": "mrkdwn", "text": text}
