"""The vocabulary that boards are written in: a few kinds of panel, alike everywhere, in rows that lay themselves out.

Units are Grafana's: s, bytes, Bps, reqps, percentunit. A panel says in its description what a reader should take
from it. Colours are fixed where they mean something: red and blue are the houses, the rest is Grafana's palette.
"""

WIDTH = 24
DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}

GREEN, YELLOW, RED, BLUE, GREY = "green", "#EAB839", "red", "blue", "text"


def query(expr, legend="", instant=False):
    """A query; {{label}} in its legend is the label's value."""
    return {"expr": expr, "legendFormat": legend or "__auto", "instant": instant}


def stat(title, queries, unit="short", description="", steps=None, decimals=None, spark=True):
    """A number of now, with its last hour behind it. `steps` are thresholds: [(from, colour), ...]."""
    panel = panel_of("stat", title, queries, description, unit, decimals)
    panel["fieldConfig"]["defaults"]["thresholds"] = thresholds(steps or [(None, GREY)])
    panel["fieldConfig"]["defaults"]["color"] = {"mode": "thresholds"}
    panel["options"] = {
        "colorMode": "value",
        "graphMode": "area" if spark else "none",
        "justifyMode": "auto",
        "orientation": "auto",
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
        "textMode": "auto",
        "wideLayout": True,
    }
    return panel


def lines(title, queries, unit="short", description="", limit=None, stacked=False, colours=None, low=0, high=None):
    """Lines over time. `limit` is drawn as a red line, `colours` are by legend."""
    panel = panel_of("timeseries", title, queries, description, unit)
    defaults = panel["fieldConfig"]["defaults"]
    defaults["color"] = {"mode": "palette-classic"}
    defaults.update({name: value for name, value in (("min", low), ("max", high)) if value is not None})
    defaults["custom"] = {
        "drawStyle": "line",
        "lineInterpolation": "linear",
        "lineWidth": 1,
        "fillOpacity": 30 if stacked else 8,
        "gradientMode": "none",
        "showPoints": "never",
        "spanNulls": False,
        "stacking": {"group": "A", "mode": "normal" if stacked else "none"},
        "thresholdsStyle": {"mode": "dashed" if limit is not None else "off"},
    }
    if limit is not None:
        defaults["thresholds"] = thresholds([(None, "transparent"), (limit, RED)])
    panel["fieldConfig"]["overrides"] = [
        {"matcher": {"id": "byName", "options": name}, "properties": [{"id": "color", "value": {"mode": "fixed", "fixedColor": colour}}]}
        for name, colour in (colours or {}).items()
    ]
    panel["options"] = {
        "legend": {"calcs": ["mean", "max", "lastNotNull"], "displayMode": "table", "placement": "bottom", "showLegend": True},
        "tooltip": {"mode": "multi", "sort": "desc"},
    }
    return panel


def states(title, queries, description="", mapping=None):
    """What held when, as coloured bars; `mapping` says what a value means: {value: (text, colour)}."""
    panel = panel_of("state-timeline", title, queries, description, "short")
    defaults = panel["fieldConfig"]["defaults"]
    defaults["color"] = {"mode": "thresholds"}
    defaults["custom"] = {"fillOpacity": 75, "lineWidth": 0}
    options = {str(value): {"text": text, "color": colour, "index": index} for index, (value, (text, colour)) in enumerate((mapping or {}).items())}
    defaults["mappings"] = [{"type": "value", "options": options}]
    panel["options"] = {
        "alignValue": "center",
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": False},
        "mergeValues": True,
        "rowHeight": 0.8,
        "showValue": "never",
        "tooltip": {"mode": "single", "sort": "none"},
    }
    return panel


def bars(title, queries, unit="short", description="", steps=None, high=None):
    """Values of now of one query, beside each other."""
    panel = panel_of("bargauge", title, {**queries, "instant": True}, description, unit)
    defaults = panel["fieldConfig"]["defaults"]
    defaults["color"] = {"mode": "thresholds"}
    defaults["thresholds"] = thresholds(steps or [(None, GREEN)])
    defaults["min"] = 0
    if high is not None:
        defaults["max"] = high
    panel["options"] = {
        "displayMode": "basic",
        "minVizHeight": 16,
        "minVizWidth": 8,
        "namePlacement": "left",
        "orientation": "horizontal",
        "reduceOptions": {"calcs": ["lastNotNull"], "fields": "", "values": False},
        "showUnfilled": True,
        "sizing": "auto",
        "valueMode": "color",
    }
    return panel


def panel_of(kind, title, queries, description, unit, decimals=None):
    queries = [queries] if isinstance(queries, dict) else queries
    defaults = {"unit": unit, "mappings": [], "thresholds": thresholds([(None, GREEN)])}
    if decimals is not None:
        defaults["decimals"] = decimals
    targets = [{"refId": chr(ord("A") + index), "datasource": DATASOURCE, "range": not it["instant"], **it} for index, it in enumerate(queries)]
    return {
        "type": kind,
        "title": title,
        "description": description,
        "datasource": DATASOURCE,
        "fieldConfig": {"defaults": defaults, "overrides": []},
        "targets": targets,
    }


def thresholds(steps):
    return {"mode": "absolute", "steps": [{"value": start, "color": colour} for start, colour in steps]}


def row(title, height, *panels):
    """Panels beside each other, as wide as each other; a pair (panel, width) is as wide as it says."""
    return title, height, panels


def board(uid, title, description, rows, variables=()):
    """A whole board. Every variable is a label's values over what a metric says."""
    laid_out, top = [], 0
    for row_title, height, panels in rows:
        if row_title:
            laid_out.append({"type": "row", "title": row_title, "collapsed": False, "panels": [], "gridPos": grid(0, top, WIDTH, 1)})
            top += 1
        left, widths = 0, widths_of(panels)
        for panel, width in zip(panels, widths):
            panel = panel[0] if isinstance(panel, tuple) else panel
            laid_out.append({**panel, "gridPos": grid(left, top, width, height)})
            left += width
        top += height
    return {
        "uid": f"voxelheim-{uid}",
        "title": f"VoxelHeim / {title}",
        "description": description,
        "tags": ["voxelheim"],
        "schemaVersion": 41,
        "editable": False,
        "graphTooltip": 1,
        "timezone": "browser",
        "refresh": "10s",
        "time": {"from": "now-1h", "to": "now"},
        "annotations": {"list": [firing_alerts()]},
        "links": [links_to_others()],
        "templating": {"list": [datasource_variable(), *(label_variable(*it) for it in variables)]},
        "panels": [{"id": index, **panel} for index, panel in enumerate(laid_out, 1)],
    }


def widths_of(panels):
    fixed = sum(it[1] for it in panels if isinstance(it, tuple))
    free = sum(1 for it in panels if not isinstance(it, tuple))
    each, rest = divmod(WIDTH - fixed, free) if free else (0, 0)
    widths = []
    for panel in panels:
        if isinstance(panel, tuple):
            widths.append(panel[1])
        else:
            widths.append(each + (1 if rest > 0 else 0))
            rest -= 1
    return widths


def grid(left, top, width, height):
    return {"x": left, "y": top, "w": width, "h": height}


def firing_alerts():
    """What fired when, as marks over all panels."""
    return {
        "name": "Alerts",
        "datasource": DATASOURCE,
        "enable": True,
        "iconColor": RED,
        "expr": 'ALERTS{alertstate="firing", severity="page"}',
        "titleFormat": "{{alertname}}",
        "textFormat": "{{instance}}",
    }


def links_to_others():
    return {
        "title": "Boards", "type": "dashboards", "tags": ["voxelheim"], "asDropdown": True, "includeVars": False,
        "keepTime": True, "targetBlank": False, "icon": "external link", "tooltip": "", "url": "",
    }


def datasource_variable():
    return {"name": "datasource", "label": "Environment", "type": "datasource", "query": "prometheus", "multi": False, "includeAll": False, "regex": "", "hide": 0}


def label_variable(name, label, metric):
    return {
        "name": name, "label": label, "type": "query", "datasource": DATASOURCE,
        "query": {"query": f"label_values({metric}, {name})", "refId": name},
        "multi": True, "includeAll": True, "allValue": ".*", "current": {"text": ["All"], "value": ["$__all"]},
        "refresh": 2, "sort": 1, "hide": 0, "regex": "",
    }
