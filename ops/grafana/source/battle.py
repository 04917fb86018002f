"""The battle as a whole: does it tick, is its time real, who lives."""

from panels import BLUE, GREEN, RED, YELLOW, board, lines, query, row, stat, states

SHARDS = 'role=~"shard|all"'
EDGES = 'role=~"edge|all"'
STEPS = {0: ("-", "rgba(128,128,128,0.15)"), 1: ("holds", YELLOW)}


def battle():
    return board("battle", "Battle", "Does the world tick, is its time real, who lives.", [
        row("", 4,
            stat("Players", query("world:voxelheim_players:sum"), description="Open sessions over all edges."),
            stat("Bodies", query("world:voxelheim_bodies:sum"), description="Players and soldiers, fallen ones included."),
            stat("Tick p99", query("max(instance:voxelheim_tick_seconds:p99)"), "s", "The slowest process; a tick has 50 ms.", [(None, GREEN), (0.04, YELLOW), (0.05, RED)]),
            stat("Ticks a second", query(f"min(voxelheim_tick_rate_hz{{{SHARDS}}})"), "short", "20 are wanted.", [(None, RED), (18, YELLOW), (19.5, GREEN)], decimals=1),
            stat("Time", query(f"min(voxelheim_time_rate_permille{{{EDGES}}}) / 1000"), "percentunit", "How fast the world runs.", [(None, RED), (0.9, YELLOW), (0.99, GREEN)]),
            stat("Alerts that page", query('count(ALERTS{alertstate="firing", severity="page"}) or vector(0)'), description="docs/runbooks has a page for each.", steps=[(None, GREEN), (1, RED)], spark=False)),
        row("Time", 9,
            lines("Ticks", [
                query(f'max by (quantile) (voxelheim_tick_us{{phase="whole", {SHARDS}}}) / 1e6', "quantile {{quantile}}"),
            ], "s", "Over the last minute, of the slowest process; 1 is the longest. Dashed: the 50 ms that a tick has.", limit=0.05),
            lines("Time rate", query(f"min by (instance) (voxelheim_time_rate_permille{{{EDGES}}}) / 1000", "{{instance}}"), "percentunit",
                  "Below 1 the world is slowed so that ticks fit; at 0.4 nobody new is let in.", high=1.05)),
        row("", 7,
            states("Overload ladder", query(f"max by (step) (voxelheim_overload_step{{{EDGES}}})", "{{step}}"),
                   "Which steps hold anywhere. From telling less of what is far, to a line before the door.", STEPS),
            lines("Ticks start late", query(f"voxelheim_tick_lateness_us{{{SHARDS}}} / 1e6", "{{instance}}"), "s",
                  "99th percentile. Late though short: somebody else has the cores."),
            lines("Journal backlog", query(f"voxelheim_relay_backlog_ticks{{{SHARDS}}}", "{{instance}}"), "short",
                  "Ticks that are done and not told, for the disk does not have them.", limit=10)),
        row("Who is there", 8,
            lines("Alive", query(f'sum by (house) (voxelheim_alive{{{SHARDS}}})', "{{house}}"), "short", "Living bodies by house.", colours={"red": RED, "blue": BLUE}),
            lines("Bodies", query(f"sum by (instance) (voxelheim_bodies{{{SHARDS}}})", "{{instance}}"), "short", "By process.", stacked=True),
            lines("Players", query(f"sum by (transport) (voxelheim_sessions{{{EDGES}}})", "{{transport}}"), "short", "By transport.", stacked=True)),
        row("What must be zero", 8,
            lines("Bodies unaccounted for", query("instance:voxelheim_bodies_unaccounted:sum", "{{instance}}"), "short",
                  "Created and arrived, less destroyed and departed, less those that there are.", low=None),
            lines("Refused or dropped by the simulation", query(f"sum by (cause) (rate(voxelheim_shard_drops_total{{{SHARDS}}}[2m])) > 0 or sum(rate(voxelheim_shard_drops_total{{{SHARDS}}}[2m]))", "{{cause}}"), "cps",
                  "Most are players who reach for what is too far; faults of conservation are bugs."),
            lines("Memory", [
                query(f"voxelheim_resident_bytes{{role=~\"shard|edge|all\"}}", "{{instance}}"),
            ], "bytes", "Of each process in RAM.")),
    ])
