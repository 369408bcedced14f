"""Plots, as SVG whose text stays text."""

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams.update({
    "svg.fonttype": "none", "svg.hashsalt": "presence", "font.family": "sans-serif", "font.size": 10,
    "axes.spines.top": False, "axes.spines.right": False, "axes.grid": True, "grid.color": "#dddddd",
})
import matplotlib.pyplot as plt  # noqa: E402  (after the back end is chosen)

from results import PEERS  # noqa: E402

COLOURS = {"presence": "#0b6bcb", "presence_real_mutex": "#5aa9f0", "hand": "#222222", "virtual_call": "#222222",
           "boost_map": "#777777", "naive": "#c75b12", "ably": "#8e24aa", "y_protocols": "#2e7d32", "phoenix": "#b71c1c"}


def series(results, operation, rival, x, program, **arguments):
    points = []
    for key in results.keys("peers" if rival in PEERS else program):
        given = dict(key.arguments)
        if (key.operation, key.rival) == (operation, rival) and x in given and arguments.items() <= given.items():
            points.append((given[x], results.medians[key]["ns_each"]))
    return sorted(points)


def draw(path, title, x_label, y_label, lines, bottom=None):
    """lines: (label, colour, style, points)."""
    figure, axes = plt.subplots(figsize=(7.2, 4.0))
    for label, colour, style, points in lines:
        if points:
            axes.plot(*zip(*points), style, color=colour, marker="o", markersize=4, label=label)
    axes.set_xscale("log")
    axes.set_yscale("log")
    if bottom is not None:
        axes.set_ylim(bottom=bottom)
    axes.set_title(title, loc="left", fontsize=11)
    axes.set_xlabel(x_label)
    axes.set_ylabel(y_label)
    axes.legend(frameon=False, loc="center left", bbox_to_anchor=(1.01, 0.5))
    figure.savefig(path, bbox_inches="tight", metadata={"Date": None})
    plt.close(figure)


def all_plots(results, directory):
    directory.mkdir(parents=True, exist_ok=True)

    def update(rival, batch, style="-"):
        label = f"{rival}, {'batches of 100' if batch == 100 else 'single'}"
        return label, COLOURS[rival], style, series(results, "update", rival, "members", "participant", batch=batch, listeners=1)

    draw(directory / "update.svg", "Update of a present member, one listener", "members", "ns a message", [
        update("presence", 1, "--"), update("presence", 100), update("hand", 100), update("naive", 1, "--"),
        update("naive", 100), update("ably", 1, "--"), update("ably", 100), update("y_protocols", 1, "--"),
        update("phoenix", 1, "--")])

    def by_members(operation, program):
        return [(rival, COLOURS[rival], "-", series(results, operation, rival, "members", program))
                for rival in ("presence", "boost_map", "naive", *PEERS)]

    draw(directory / "is_user_present.svg", "Is this user present?", "members", "ns a question", by_members("is_user_present", "participant"))
    draw(directory / "unchanged_sync.svg", "A sync that changes nothing, pages of 1,000", "members", "ns a member",
         by_members("unchanged_sync", "set"))

    draw(directory / "publish.svg", "One update to every sink of a room", "sinks", "ns a delivery", [
        (rival, COLOURS[rival], "-", series(results, "publish", rival, "sinks", "hub"))
        for rival in ("presence", "presence_real_mutex", "virtual_call", "naive")])
    draw(directory / "join_storm.svg", "N sessions enter one room", "sessions", "ns a delivery", [
        (f"{rival}, {how}", COLOURS[rival], style, series(results, operation, rival, "sessions", "hub"))
        for operation, how, style in (("join_storm", "attached before", "-"), ("join_storm_synced", "one by one", "--"))
        for rival in ("presence", "naive")], bottom=1)
