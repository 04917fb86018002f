"""Services: are they there and ready, what is asked of them, how long it takes, what fails."""

from panels import GREEN, GREY, RED, YELLOW, bars, board, lines, query, row, stat, states

# Probes and scrapes are no load of players.
ASKED = 'role=~"$role", route!~"/(metrics|healthz|readyz)"'
UP = {0: ("away", RED), 1: ("there", GREEN)}


def services():
    return board("services", "Services", "Accounts, characters, belongings, chat, statistics, the page.", [
        row("There and ready", 8,
            states("Processes", query('min by (instance) (up{job="voxelheim"})', "{{instance}}"), "Whether each answers a scrape.", UP),
            states("Ready", query('probe_success{job="ready"}', "{{instance}}"), "Whether each says that it is of use: /readyz.", UP),
            states("What they need", query("min by (instance, check) (probe_success{check!=\"\"})", "{{instance}} {{check}}"), "The single checks behind /readyz. One that a service does not have counts as passed.", UP)),
        row("Requests", 9,
            lines("Requests a second", query('role:voxelheim_http_requests:rate5m{role=~"$role"}', "{{role}}"), "reqps", "Without probes and scrapes.", stacked=True),
            lines("Share that fails", query('role:voxelheim_http_failures:ratio_rate5m{role=~"$role"}', "{{role}}"), "percentunit", "Answered 5xx.", limit=0.05, high=1),
            lines("One in a hundred takes", query('role:voxelheim_http_request_seconds:p99_rate5m{role=~"$role"}', "{{role}}"), "s", "99th percentile; the buckets are coarse.", limit=1)),
        row("", 9,
            lines("By route", query(f"topk(10, sum by (role, method, route) (rate(voxelheim_http_request_seconds_count{{{ASKED}}}[5m])))", "{{role}} {{method}} {{route}}"), "reqps", "The ten that are asked most."),
            lines("Median by route", query(f"topk(10, histogram_quantile(0.5, sum by (role, route, le) (rate(voxelheim_http_request_seconds_bucket{{{ASKED}}}[5m]))) > 0)", "{{role}} {{route}}"), "s", "The ten slowest."),
            lines("Answers by status", query(f"sum by (status) (rate(voxelheim_http_request_seconds_count{{{ASKED}}}[5m]))", "{{status}}"), "reqps", "4xx are callers' mistakes, 5xx ours.", stacked=True)),
        row("What they do", 8,
            lines("Logins", query("sum by (outcome) (rate(voxelheim_auth_logins_total[5m])) or on () vector(0)", "{{outcome}}"), "cps", "By what became of them."),
            lines("Statistics", query("sum by (outcome) (rate(voxelheim_analytics_events_total[5m]))", "events {{outcome}}"), "cps", "Events that analytics took; refused ones are dead letters."),
            lines("The battle, told", query("sum by (outcome) (rate(voxelheim_herald_frames_total[5m]))", "frames {{outcome}}"), "cps", "By the herald, for statistics. Skipped ones are missing from them."),
            lines("Chat", [
                query("sum(rate(voxelheim_chat_said_total[5m]))", "said"),
                query("sum(rate(voxelheim_chat_heard_total[5m]))", "heard"),
                query("sum by (reason) (rate(voxelheim_chat_hushed_total[5m])) or on () vector(0)", "hushed"),
            ], "cps", "Words a second, over all edges.")),
        row("Under way", 6,
            bars("Requests not answered yet", query('sum by (role) (voxelheim_http_requests_under_way{role=~"$role"})', "{{role}}"), "short", "256 are let in at once by each process.", [(None, GREEN), (100, YELLOW), (200, RED)]),
            stat("Staff's acts today", query('sum(increase(voxelheim_admin_actions_total{outcome="done"}[24h])) or vector(0)'), "short", "Mutes, bans, regions moved, and whatever else is in the log.", [(None, GREY)], decimals=0, spark=False)),
    ], [("role", "Service", 'voxelheim_http_request_seconds_count')])
