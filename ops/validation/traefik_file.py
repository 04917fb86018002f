"""Routes of Kubernetes as Traefik's file provider reads them: what the cluster's provider makes of IngressRoutes, with
the addresses of local pods behind Services. The routes' own words stay as they are.
"""

import json

from manifests import of_kind


def dynamic(documents, local_pods):
    """The file provider's configuration of all routes, and how many they are: by TLS as in the manifests, with a
    certificate of Traefik's own, and without, for players who know none.
    """
    routers, services, middlewares = {}, {}, {}
    for middleware in of_kind(documents, "Middleware"):
        middlewares[middleware["metadata"]["name"]] = middleware["spec"]
    for route in of_kind(documents, "IngressRoute"):
        for index, it in enumerate(route["spec"]["routes"]):
            # Its balancer takes turns among several; ours name one.
            (target,) = it["services"]
            name = f"{route['metadata']['name']}-{index}"
            routers[name] = {
                "rule": it["match"],
                "entryPoints": ["web"],
                "middlewares": [m["name"] for m in it.get("middlewares", [])],
                "service": target["name"],
                **({"priority": it["priority"]} if "priority" in it else {}),
            }
            routers[f"{name}-tls"] = {**routers[name], "entryPoints": route["spec"]["entryPoints"], "tls": {}}
            urls = [{"url": f"http://{pod.listens_at('http')}"} for pod in local_pods.behind(target["name"])]
            services[target["name"]] = {"loadBalancer": {"servers": urls}}
    configuration = {"http": {"routers": routers, "services": services, "middlewares": middlewares}}
    udp = udp_routes(documents, local_pods)
    return json.dumps({**configuration, **udp}, indent=2), len(routers) + len(udp.get("udp", {}).get("routers", {}))


def udp_routes(documents, local_pods):
    routers, services = {}, {}
    for route in of_kind(documents, "IngressRouteUDP"):
        name = route["metadata"]["name"]
        ((target,),) = [it["services"] for it in route["spec"]["routes"]]
        routers[name] = {"entryPoints": route["spec"]["entryPoints"], "service": name}
        addresses = [{"address": pod.listens_at(target["port"])} for pod in local_pods.behind(target["name"])]
        services[name] = {"loadBalancer": {"servers": addresses}}
    return {"udp": {"routers": routers, "services": services}} if routers else {}
