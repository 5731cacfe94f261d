"""Plots as inline SVG: what is drawn is worked out here, templates/plots.html draws it, with a table beside it."""
