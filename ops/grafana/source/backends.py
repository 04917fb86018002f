"""What services keep things in, and the machines under all of it."""

from panels import GREEN, RED, YELLOW, bars, board, lines, query, row, stat

OURS = 'datname!~"template.*|postgres|"'
DISKS = 'fstype!~"tmpfs|ramfs|overlay|squashfs"'


def backends():
    return board("backends", "Backends", "Databases, cache, broker, warehouse, machines.", [
        row("", 4,
            stat("PostgreSQL", query("min(pg_up)"), "short", "1 answers.", [(None, RED), (1, GREEN)], spark=False),
            stat("Cache", query("min(redis_up)"), "short", "1 answers.", [(None, RED), (1, GREEN)], spark=False),
            stat("Broker", query('min(up{job="rabbitmq"})'), "short", "1 answers.", [(None, RED), (1, GREEN)], spark=False),
            stat("Longest in an outbox", query("max(voxelheim_outbox_oldest_seconds)"), "s", "Events leave within a second.", [(None, GREEN), (10, YELLOW), (60, RED)], decimals=0),
            stat("Dead letters", query('sum(rabbitmq_detailed_queue_messages{queue=~".*\\\\.dead"}) or vector(0)'), "short", "Events that nobody could take.", [(None, GREEN), (1, RED)]),
            stat("Connections left", query("min(pg_settings_max_connections) - sum(pg_stat_activity_count)"), "short", "Of PostgreSQL.", [(None, RED), (20, YELLOW), (50, GREEN)])),
        row("PostgreSQL", 8,
            lines("Connections", query(f"sum by (datname) (pg_stat_activity_count{{{OURS}}})", "{{datname}}"), "short", "Eight at most for each service.", stacked=True),
            lines("Transactions", [
                query(f"sum by (datname) (rate(pg_stat_database_xact_commit{{{OURS}}}[2m]))", "{{datname}} done"),
                query(f"sum by (datname) (rate(pg_stat_database_xact_rollback{{{OURS}}}[2m]))", "{{datname}} undone"),
            ], "cps", "Undone ones are refusals of ours, or faults."),
            lines("Read from memory", query(f"sum by (datname) (rate(pg_stat_database_blks_hit{{{OURS}}}[5m])) / (sum by (datname) (rate(pg_stat_database_blks_hit{{{OURS}}}[5m]) + rate(pg_stat_database_blks_read{{{OURS}}}[5m])) > 0)", "{{datname}}"), "percentunit", "Below 99 % the working set does not fit.", high=1),
            lines("Size", query(f"pg_database_size_bytes{{{OURS}}}", "{{datname}}"), "bytes", "On disk."),
            lines("Deadlocks", query(f"sum by (datname) (increase(pg_stat_database_deadlocks{{{OURS}}}[10m]))", "{{datname}}"), "short", "In ten minutes.")),
        row("Events", 8,
            lines("Outboxes", query("sum by (outbox) (voxelheim_outbox_events)", "{{outbox}}"), "short", "Events that the broker does not have yet."),
            lines("Queues", query('topk(10, sum by (queue) (rabbitmq_detailed_queue_messages{queue!~"amq.*"}))', "{{queue}}"), "short", "The ten fullest; at 100,000 one refuses more."),
            lines("Through the broker", [
                query("sum(rate(rabbitmq_global_messages_received_total[2m]))", "received"),
                query("sum(rate(rabbitmq_global_messages_acknowledged_total[2m]))", "acknowledged"),
                query("sum(rate(rabbitmq_global_messages_redelivered_total[2m]))", "delivered again"),
            ], "cps", "Messages a second."),
            lines("Broker's memory", [
                query("sum(rabbitmq_process_resident_memory_bytes)", "used"),
                query("sum(rabbitmq_resident_memory_limit_bytes)", "where it takes no more"),
            ], "bytes", "And then it takes no events."),
            lines("Warehouse", query("sum by (outcome) (rate(voxelheim_analytics_batches_total[5m]))", "batches {{outcome}}"), "cps", "Batches that waited are tried again.")),
        row("Cache", 7,
            lines("Commands", query("sum(rate(redis_commands_processed_total[2m]))", "commands"), "cps", "All services together."),
            lines("Memory", [query("redis_memory_used_bytes", "used"), query("redis_memory_max_bytes > 0 or redis_memory_used_bytes", "room")], "bytes", "When it is full it refuses sessions and tickets."),
            lines("Clients", query("redis_connected_clients", "clients"), "short", "Connections."),
            lines("Keys", query("sum by (db) (redis_db_keys) > 0 or sum(redis_db_keys)", "{{db}}"), "short", "Sessions, rates, presence.")),
        row("Machines", 8,
            lines("Cores in use", query('sum by (instance) (rate(node_cpu_seconds_total{mode!="idle"}[2m])) / count by (instance) (node_cpu_seconds_total{mode="idle"})', "{{instance}}"), "percentunit", "Shards want cores for themselves.", high=1),
            lines("Memory left", query("node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes", "{{instance}}"), "percentunit", "Share of all.", high=1),
            bars("Disks", query(f"max by (instance, mountpoint) (1 - node_filesystem_avail_bytes{{{DISKS}}} / node_filesystem_size_bytes)", "{{instance}} {{mountpoint}}"), "percentunit", "How full.", [(None, GREEN), (0.8, YELLOW), (0.9, RED)], 1),
            lines("Network", [
                query('sum by (instance) (rate(node_network_transmit_bytes_total[2m]))', "{{instance}} out"),
                query('sum by (instance) (rate(node_network_receive_bytes_total[2m]))', "{{instance}} in"),
            ], "Bps", "All cards, loopback included."),
            lines("Scrapes that fail", query("count by (job) (up == 0) or on () vector(0)", "{{job}}"), "short", "What is not watched.")),
    ])
