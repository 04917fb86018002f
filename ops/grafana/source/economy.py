"""Nothing from nothing, nothing lost: the ledger, gains on their way to it, bodies."""

from panels import GREEN, RED, YELLOW, board, lines, query, row, stat

SHARDS = 'role=~"shard|all"'


def economy():
    return board("economy", "Economy conservation", "Nothing from nothing, nothing lost. See docs/invariants/ledger.md.", [
        row("What must hold", 5,
            stat("Items out of balance", query("max(voxelheim_ledger_unbalanced_items) or vector(0)"), "short", "Items whose accounts do not add up to zero, asked of the database every five minutes.", [(None, GREEN), (1, RED)], spark=False),
            stat("Checks that failed", query('sum(voxelheim_inventory_audits_total{outcome="broken"}) or vector(0)'), "short", "By the inventory service, each minute, since it began.", [(None, GREEN), (1, RED)], spark=False),
            stat("Last hour's checks", query('sum(increase(voxelheim_inventory_audits_total{outcome="closed"}[1h]))'), "short", "That closed: sixty.", [(None, RED), (1, YELLOW), (50, GREEN)], decimals=0, spark=False),
            stat("Bodies unaccounted for", query("sum(instance:voxelheim_bodies_unaccounted:sum)"), "short", "Created and arrived, less destroyed and departed, less those that there are.", [(None, RED), (0, GREEN), (1, RED)], spark=False),
            stat("Faults of conservation", query(f'sum(voxelheim_shard_drops_total{{cause="conservation_faults", {SHARDS}}})'), "short", "Found by the shards themselves, each tick.", [(None, GREEN), (1, RED)], spark=False),
            stat("Estates lost", query(f'sum(voxelheim_shard_drops_total{{cause="estates_lost", {SHARDS}}})'), "short", "Players who lost what they had gained.", [(None, GREEN), (1, RED)], spark=False)),
        row("The ledger", 9,
            lines("Things", [
                query("max(voxelheim_ledger_sourced)", "came into the world"),
                query("max(voxelheim_ledger_sunk)", "left it"),
                query("max(voxelheim_ledger_held)", "are somebody's, or lie somewhere"),
            ], "short", "All items together. The first less the second is the third."),
            lines("Sourced less sunk less held", query("max(voxelheim_ledger_sourced) - max(voxelheim_ledger_sunk) - max(voxelheim_ledger_held)", "difference"), "short", "Zero, always.", low=None),
            lines("Checks", query("sum by (outcome) (increase(voxelheim_inventory_audits_total[10m]))", "{{outcome}}"), "short", "In ten minutes: ten that closed, nothing else.", colours={"broken": RED, "closed": GREEN, "failed": YELLOW})),
        row("On the way to it", 9,
            lines("Gains from the battle", query("sum by (outcome) (rate(voxelheim_inventory_spoils_total[5m]))", "{{outcome}}"), "cps", "Repeated ones change nothing: they were told again after something crashed."),
            lines("Batches", query("sum by (outcome) (rate(voxelheim_inventory_batches_total[5m])) or on () vector(0)", "{{outcome}}"), "cps", "Trades, crafting, chests, drops, by what became of them."),
            lines("Waiting", query('sum by (outbox) (voxelheim_outbox_events{outbox=~"spoils_outbox|inventory_outbox"})', "{{outbox}}"), "short", "Gains that the broker does not have yet."),
            lines("Owners", query("max(voxelheim_ledger_characters)", "owners"), "short", "Characters and drops that the ledger knows.")),
        row("Bodies", 8,
            lines("Come and go", [
                query(f"sum(rate(voxelheim_shard_bodies_created_total{{{SHARDS}}}[2m]))", "created"),
                query(f"sum(rate(voxelheim_shard_bodies_destroyed_total{{{SHARDS}}}[2m]))", "destroyed"),
            ], "cps", "Bodies a second, over all shards."),
            lines("In flight", query(f"sum(voxelheim_shard_bodies_departed_total{{{SHARDS}}}) - sum(voxelheim_shard_bodies_arrived_total{{{SHARDS}}})", "departed less arrived"), "short", "Between shards: those of the last ticks, and what scrapes of several processes are apart.", low=None),
            lines("Spoils that nobody knows", query(f'sum by (cause) (rate(voxelheim_shard_drops_total{{cause=~"spoils_unknown|estates_lost", {SHARDS}}}[5m]))', "{{cause}}"), "cps", "`spoils_unknown` are told twice or late, and harmless.")),
    ])
