"""Regions and the shards that own them: who is hot, with what, and where it could go."""

from panels import GREEN, RED, YELLOW, bars, board, lines, query, row, stat

HERE = 'role=~"shard|all", instance=~"$instance"'
LOAD_STEPS = [(None, GREEN), (0.6, YELLOW), (0.8, RED)]


def region():
    return board("region", "Region", "Which shard is hot, and what its ticks are spent on.", [
        row("Who carries what", 8,
            (bars("Share of a tick that is used", query("instance_shard:voxelheim_tick_load:ratio{instance=~\"$instance\"}", "{{instance}} / {{shard}}"), "percentunit",
                  "99th percentile of the last minute. From 80 % on the controller splits or moves.", LOAD_STEPS, 1), 8),
            bars("Bodies", query(f"voxelheim_shard_bodies{{{HERE}}}", "{{instance}} / {{shard}}"), "short", "Of each shard, now."),
            bars("Regions", query("voxelheim_directory_regions_count", "{{owner}}"), "short", "By owner, POD/SHARD, as the directory has it. One process alone has no directory."),
            bars("Pinned", query("voxelheim_directory_regions_pinned", "{{owner}}"), "short", "Regions that stay where they are, whatever the controller thinks.")),
        row("Ticks", 9,
            lines("Tick p99 by shard", query("instance_shard:voxelheim_tick_seconds:p99{instance=~\"$instance\"}", "{{instance}} / {{shard}}"), "s",
                  "All shards wait for the slowest.", limit=0.05),
            lines("Where a tick's time goes", query(f'max by (phase) (voxelheim_shard_phase_us{{quantile="0.5", {HERE}}}) / 1e6', "{{phase}}"), "s",
                  "Median of each phase on the shard where it is longest.", stacked=True),
            lines("Phases at their worst", query(f'max by (phase) (voxelheim_shard_phase_us{{quantile="0.99", {HERE}}}) / 1e6', "{{phase}}"), "s",
                  "99th percentile; `hand_over` and `take` wait for disk and neighbours, the rest is work.")),
        row("Borders", 8,
            lines("Bodies by shard", query(f"voxelheim_shard_bodies{{{HERE}}}", "{{instance}} / {{shard}}"), "short", "Steps are regions that moved.", stacked=True),
            lines("Handed over", query(f"rate(voxelheim_shard_bodies_departed_total{{{HERE}}}[1m])", "{{instance}} / {{shard}}"), "cps", "Bodies a second that left for another shard."),
            lines("Taken over", query(f"rate(voxelheim_shard_bodies_arrived_total{{{HERE}}}[1m])", "{{instance}} / {{shard}}"), "cps", "Bodies a second that came from another.")),
        row("Queues and memory", 8,
            lines("Queues", query("max by (queue) (instance_shard:voxelheim_queue_fill:ratio{instance=~\"$instance\"})", "{{queue}}"), "percentunit",
                  "How full the fullest of a kind was in the last second. When one is full, what comes is dropped.", limit=0.8, high=1),
            lines("Ticks that allocate", query(f"rate(voxelheim_shard_allocating_ticks_total{{{HERE}}}[1m])", "{{instance}} / {{shard}}"), "cps",
                  "Few: those that edit terrain, and the first ones."),
            lines("Loaded terrain", query(f"voxelheim_terrain_bytes{{{HERE}}}", "{{instance}}"), "bytes", "Each process has the whole world's.")),
        row("The directory", 7,
            lines("Leases", query("voxelheim_directory_pods_lease_seconds", "pod {{pod}} ({{role}}, {{state}})"), "s",
                  "For how long each holds yet: 3 s at most, renewed each second. Below 0 it is lost.", limit=None, low=None),
            stat("Somebody leads, for", query("voxelheim_directory_leader_lease_seconds"), "s", "Below 0 nobody plans.", [(None, RED), (0, GREEN)], decimals=1)),
    ], [("instance", "Process", 'voxelheim_shard_bodies{role=~"shard|all"}')])
