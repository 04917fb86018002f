"""Edges: what they send to whom, what it costs, what is dropped."""

from panels import GREEN, RED, YELLOW, board, lines, query, row, stat

HERE = 'role=~"edge|all", instance=~"$instance"'


def edge():
    return board("edge", "Edge", "What edges send, what it costs them, what is dropped.", [
        row("", 4,
            stat("Sessions", query(f"sum(voxelheim_sessions{{{HERE}}})"), description="On the edges chosen."),
            stat("Leaves", query('sum(instance:voxelheim_egress_bytes:rate2m{instance=~"$instance"})'), "Bps", "Bytes of packets a second, all edges together."),
            stat("Telling", query(f'max(voxelheim_load_permille{{of="fan_out", {HERE}}}) / 1000'), "percentunit", "Share of a tick that telling a frame takes, on the fullest.", [(None, GREEN), (0.5, YELLOW), (0.85, RED)]),
            stat("Sending", query(f'max(voxelheim_load_permille{{of="egress", {HERE}}}) / 1000'), "percentunit", "Share of what a core can send.", [(None, GREEN), (0.5, YELLOW), (0.85, RED)]),
            stat("Snapshots dropped", query('max(instance:voxelheim_snapshots_dropped:ratio_rate5m{instance=~"$instance"})'), "percentunit", "That found no room in their connection.", [(None, GREEN), (0.005, YELLOW), (0.01, RED)])),
        row("Load", 9,
            lines("Where an edge's time goes", query('sum by (part) (instance_part:voxelheim_edge_busy:ratio_rate2m{instance=~"$instance"})', "{{part}}"), "percentunit",
                  "Cores that each part of the work takes, all threads together; 1 is one core.", stacked=True),
            lines("Loads", query(f'max by (of, instance) (voxelheim_load_permille{{of=~"fan_out|egress", {HERE}}}) / 1000', "{{instance}} {{of}}"), "percentunit",
                  "From 85 % on players are told less.", limit=0.85),
            lines("Sessions", query(f"sum by (instance, transport) (voxelheim_sessions{{{HERE}}})", "{{instance}} {{transport}}"), "short", "By edge and transport.", stacked=True)),
        row("What leaves", 9,
            lines("Bytes", [
                query('sum(instance:voxelheim_egress_bytes:rate2m{instance=~"$instance"})', "packets"),
                query(f"sum(rate(voxelheim_edge_datagram_bytes_total{{{HERE}}}[2m]))", "of that snapshots"),
                query(f"sum(rate(voxelheim_terrain_bytes_out_total{{{HERE}}}[2m]))", "of that terrain"),
            ], "Bps", "What the system took, and what it was."),
            lines("Bytes for each player", query(f"sum by (instance) (rate(voxelheim_bytes_out_total{{{HERE}}}[2m])) / (sum by (instance) (voxelheim_sessions{{{HERE}}}) > 0) or 0 * sum by (instance) (voxelheim_sessions{{{HERE}}})", "{{instance}}"), "Bps",
                  "Of messages. 48 KB/s is what a page asks for."),
            lines("Packets for each call", [
                query(f"sum by (instance) (rate(voxelheim_edge_packets_total{{{HERE}}}[2m])) / sum by (instance) (rate(voxelheim_edge_send_calls_total{{{HERE}}}[2m]))", "{{instance}} sent"),
            ], "short", "More is cheaper: the system's calls are a third of what a packet costs."),
            lines("Calls of the system", [
                query(f"sum(rate(voxelheim_edge_send_calls_total{{{HERE}}}[2m]))", "send"),
                query(f"sum(rate(voxelheim_edge_receive_calls_total{{{HERE}}}[2m]))", "receive"),
            ], "cps", "All edges together.")),
        row("What does not", 9,
            lines("Dropped, by cause", query(f"sum by (cause) (rate(voxelheim_drops_total{{{HERE}}}[2m]))", "{{cause}}"), "cps",
                  "`datagram_queue_full` is the players' network, `message_rate` and `flood` are what they send."),
            lines("Frames skipped", query(f"rate(voxelheim_frames_skipped_total{{{HERE}}}[2m])", "{{instance}}"), "cps", "A thread that is slower than the world."),
            lines("Packets refused", query(f"sum by (instance) (rate(voxelheim_edge_packets_refused_total{{{HERE}}}[2m]))", "{{instance}}"), "cps", "By the operating system."),
            lines("Queues", query(f"max by (queue) (voxelheim_edge_queue_depth{{{HERE}}})", "{{queue}}"), "short", "In the fullest client's, once a second.")),
        row("What comes", 8,
            lines("Datagrams", [
                query(f"sum(rate(voxelheim_datagrams_in_total{{{HERE}}}[2m]))", "in"),
                query(f"sum(rate(voxelheim_datagrams_out_total{{{HERE}}}[2m]))", "out"),
            ], "pps", "Inputs in, snapshots out."),
            lines("Bytes in", query(f"sum by (instance) (rate(voxelheim_bytes_in_total{{{HERE}}}[2m]))", "{{instance}}"), "Bps", "Of messages."),
            lines("Frames told", query(f"rate(voxelheim_edge_frames_told_total{{{HERE}}}[2m])", "{{instance}} / {{edge}}"), "cps", "20 a second by each thread, or the world is slowed."),
            lines("Allocations", query(f"rate(voxelheim_edge_allocations_total{{{HERE}}}[2m])", "{{instance}} / {{edge}}"), "cps", "Of an edge's thread.")),
    ], [("instance", "Edge", 'voxelheim_sessions{role=~"edge|all"}')])
