#!/usr/bin/env python3
"""Draws terminal output as an SVG picture: the text as it is, monospaced, on a dark panel.

    feberelay lab --check | python3 docs/images/terminal-svg.py "feberelay lab --check" > docs/images/lab.svg
"""
import sys
from xml.sax.saxutils import escape

FONT_SIZE, CHARACTER, LINE, MARGIN = 13, 7.83, 19, 18
COLOURS = {"ok": "#7ee787", "FAILED": "#ff7b72", "$": "#79c0ff"}


def span(line: str) -> str:
    word, space, rest = line.partition(" ")
    if word in COLOURS:
        return f'<tspan fill="{COLOURS[word]}">{text(word)}</tspan>{text(space + rest)}'
    return text(line)


def text(plain: str) -> str:
    """No-break spaces: a browser folds runs of plain ones."""
    return escape(plain).replace(" ", "\N{NO-BREAK SPACE}")


def main() -> None:
    lines = [line.rstrip() for line in [f"$ {sys.argv[1]}", *sys.stdin.read().splitlines()]]
    width = round(max(len(line) for line in lines) * CHARACTER + 2 * MARGIN)
    height = len(lines) * LINE + 2 * MARGIN
    print(f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img">')
    print(f"<title>Output of {escape(sys.argv[1])}</title>")
    print(f'<rect width="{width}" height="{height}" rx="8" fill="#0d1117"/>')
    print(f'<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="{FONT_SIZE}" fill="#e6edf3">')
    for number, line in enumerate(lines, 1):
        if line:
            length = f"{len(line) * CHARACTER:.1f}"
            print(f'<text x="{MARGIN}" y="{MARGIN + number * LINE - 5}" textLength="{length}">{span(line)}</text>')
    print("</g>\n</svg>")


main()
