"""The newspaper's pictures: drawn from their names, so that none has to be shipped."""

import hashlib

from cli.demo.markup import escape


def picture(name: str) -> bytes:
    """An SVG of 960 by 540: a sky, a sun or moon, and three ridges or waves whose shapes follow from the name."""
    seed = hashlib.sha256(name.encode()).digest()
    hue = seed[0] * 360 // 256
    ridges = []
    for layer in range(3):
        base = 300 + 70 * layer
        heights = [base - 90 + seed[1 + layer * 8 + step] * 120 // 256 for step in range(7)]
        points = " ".join(f"{step * 160},{height}" for step, height in enumerate(heights))
        ridges.append(f'<polygon points="0,540 {points} 960,540" fill="hsl({hue},28%,{52 - 14 * layer}%)"/>')
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 960 540" role="img">'
        f"<title>{escape(name)}</title>"
        f'<rect width="960" height="540" fill="hsl({(hue + 150) % 360},42%,84%)"/>'
        f'<circle cx="{160 + seed[30] * 2}" cy="{90 + seed[31] // 3}" r="46" fill="hsl({(hue + 40) % 360},70%,92%)"/>'
        f"{''.join(ridges)}</svg>"
    ).encode()
