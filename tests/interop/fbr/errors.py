"""How an exchange ends (clause 8)."""

CODES = {1: "negotiation_failed", 2: "not_authorised", 3: "no_service", 4: "back_end_unreachable", 5: "busy", 6: "internal", 7: "reset"}
NEGOTIATION_FAILED, NOT_AUTHORISED, NO_SERVICE, BACK_END_UNREACHABLE, BUSY, INTERNAL, RESET = CODES


class ProtocolError(Exception):
    """An exchange that ended otherwise than it should."""


class Violation(ProtocolError):
    """The peer broke a rule; `clause` is the rule."""

    def __init__(self, clause: str, what: str):
        super().__init__(f"{clause}: {what}")
        self.clause = clause


class Alerted(ProtocolError):
    """The peer sent the alert (8.1)."""


class Truncated(ProtocolError):
    """The connection ended, or fell silent, before it should."""


class Told(ProtocolError):
    """The peer told a code: decline (2.8), refuse (3.5) or abort (5.6)."""

    def __init__(self, message: str, code: int, stream: int = 0):
        super().__init__(f"{message}: {CODES[code]}")
        self.message, self.code, self.stream = message, code, stream


def require(condition: bool, clause: str, what: str) -> None:
    if not condition:
        raise Violation(clause, what)


def known_code(code: int) -> int:
    require(code in CODES, "8.3", f"code {code} is not listed")
    return code
