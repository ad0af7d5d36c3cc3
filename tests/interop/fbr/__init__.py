"""The FeBeRelay channel protocol, written from docs/protocol.md alone. Numbers in comments are its clauses."""
