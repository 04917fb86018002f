"""What it is like to play: getting in, how often and how fresh one is told, what is slowed for all."""

from panels import GREEN, RED, YELLOW, board, lines, query, row, stat, states

EDGES = 'role=~"edge|all"'
STEPS = {0: ("-", "rgba(128,128,128,0.15)"), 1: ("holds", YELLOW)}


def players():
    return board("players", "Player experience", "Getting in, being told, time.", [
        row("", 4,
            stat("Players", query("world:voxelheim_players:sum"), description="Open sessions."),
            stat("In line", query(f"sum(voxelheim_sessions_waiting_for_room{{{EDGES}}})"), "short", "Before a full battle.", [(None, GREEN), (1, YELLOW), (50, RED)]),
            stat("Do not get in", query("max(instance:voxelheim_join_failures:ratio_rate5m) or vector(0)"), "percentunit", "Of those who came in five minutes.", [(None, GREEN), (0.05, YELLOW), (0.2, RED)], decimals=1),
            stat("Snapshots a second", query(f"min(voxelheim_tick_rate_hz{{{EDGES}}})"), "short", "Ticks that edges see: one snapshot of all that is near with each.", [(None, RED), (18, YELLOW), (19.5, GREEN)], decimals=1),
            stat("Time", query(f"min(voxelheim_time_rate_permille{{{EDGES}}}) / 1000"), "percentunit", "How fast the world runs.", [(None, RED), (0.9, YELLOW), (0.99, GREEN)]),
            stat("Page and services fail", query("max(role:voxelheim_http_failures:ratio_rate5m) or vector(0)"), "percentunit", "Of the worst role.", [(None, GREEN), (0.01, YELLOW), (0.05, RED)], decimals=1)),
        row("Getting in", 9,
            lines("Who gets in", [
                query(f"sum(rate(voxelheim_joined_total{{{EDGES}}}[2m]))", "new"),
                query(f"sum(rate(voxelheim_resumed_total{{{EDGES}}}[2m]))", "came back"),
            ], "cps", "Players a second."),
            lines("Who does not get in", query(f'sum by (cause) (rate(voxelheim_drops_total{{cause=~"join_refused|handshake_refused|handshake_failed", {EDGES}}}[2m]))', "{{cause}}"), "cps", "docs/runbooks/JoinsFail.md says what each means."),
            lines("How they come", query(f"sum by (transport) (voxelheim_sessions{{{EDGES}}})", "{{transport}}"), "short", "WebSocket is what pages fall back to where UDP is blocked.", stacked=True),
            lines("In line", query(f"voxelheim_sessions_waiting_for_room{{{EDGES}}}", "{{instance}}"), "short", "By edge.")),
        row("Being told", 9,
            lines("Datagrams for each player", query(f"sum(rate(voxelheim_datagrams_out_total{{{EDGES}}}[2m])) / (sum(voxelheim_sessions{{{EDGES}}}) > 0) or vector(0)", "a second"), "cps", "Two or three with each tick."),
            lines("Bytes for each player", query(f"sum(rate(voxelheim_bytes_out_total{{{EDGES}}}[2m])) / (sum(voxelheim_sessions{{{EDGES}}}) > 0) or vector(0)", "a second"), "Bps", "Terrain of newcomers included."),
            lines("Snapshots that found no room", query("instance:voxelheim_snapshots_dropped:ratio_rate5m", "{{instance}}"), "percentunit", "The players' network is slower than what they asked for.", limit=0.01),
            lines("Cut off", query(f'sum by (cause) (rate(voxelheim_drops_total{{cause=~"slow_client|flood|message_malformed", {EDGES}}}[5m]))', "{{cause}}"), "cps", "Sessions that were closed by us.")),
        row("What is slowed for all", 8,
            states("Overload ladder", query(f"max by (step) (voxelheim_overload_step{{{EDGES}}})", "{{step}}"), "Each step is something that players see.", STEPS),
            lines("Time rate", query(f"min by (instance) (voxelheim_time_rate_permille{{{EDGES}}}) / 1000", "{{instance}}"), "percentunit", "1 is real time.", high=1.05),
            lines("Inputs that came to nothing", query(f'sum by (cause) (rate(voxelheim_drops_total{{cause=~"input_ring_full|message_rate", {EDGES}}}[2m]))', "{{cause}}"), "cps", "Dropped before the simulation."),
            lines("Words", [
                query(f"sum(rate(voxelheim_chat_said_total{{{EDGES}}}[5m]))", "said"),
                query(f'sum by (cause) (rate(voxelheim_drops_total{{cause=~"chat_.*", {EDGES}}}[5m]))', "{{cause}}"),
            ], "cps", "And those that were refused or not heard.")),
    ])
