package io.sweaifleet.agent.playbook.devops;

import java.util.List;
import java.util.Map;
import java.util.Set;

/** The rules for Compose files. */
final class ComposeChecks {

    private static final Set<String> DATABASES = Set.of(
            "postgres",
            "postgresql",
            "postgis",
            "mysql",
            "mariadb",
            "mongo",
            "mongodb",
            "redis",
            "valkey",
            "memcached",
            "elasticsearch",
            "opensearch",
            "cassandra",
            "neo4j",
            "clickhouse",
            "clickhouse-server",
            "couchdb",
            "influxdb",
            "rabbitmq",
            "timescaledb",
            "cockroach",
            "etcd");
    private static final Set<String> DATABASE_PORTS = Set.of(
            "5432", "3306", "27017", "6379", "11211", "9200", "9042", "7474", "7687", "8123", "5984", "8086", "5672",
            "26257", "2379");

    private ComposeChecks() {}

    static void check(String path, Yaml root, Issues issues) {
        for (Map.Entry<String, Yaml> service : root.get("services").entries().entrySet()) {
            service(path, service.getKey(), service.getValue(), issues);
        }
    }

    private static void service(String path, String name, Yaml service, Issues issues) {
        String image = service.get("image").text();
        if (service.get("privileged").text().equalsIgnoreCase("true")) {
            issues.add(
                    Rule.COMPOSE_PRIVILEGED,
                    path,
                    service.get("privileged").line(),
                    "Service " + name + " runs privileged");
        }
        // With a build, the name is what the result is called and not what is pulled.
        if (!service.has("build") && ImageName.isUnpinned(image)) {
            issues.add(
                    Rule.COMPOSE_IMAGE_UNPINNED,
                    path,
                    service.get("image").line(),
                    "Service " + name + " uses the image " + image);
        }
        if (!image.isEmpty() && !service.has("build") && !service.has("healthcheck") && !service.has("extends")) {
            issues.add(
                    Rule.COMPOSE_HEALTHCHECK_MISSING, path, service.line(), "Service " + name + " has no healthcheck");
        }
        ports(path, name, image, service.get("ports").items(), issues);
        for (Yaml volume : service.get("volumes").items()) {
            String source = volume.isMap() ? volume.get("source").text() : volume.text();
            if (source.contains("docker.sock")) {
                issues.add(
                        Rule.COMPOSE_DOCKER_SOCKET,
                        path,
                        volume.line(),
                        "Service " + name + " mounts the Docker socket");
            }
        }
        environment(path, name, service.get("environment"), issues);
    }

    private static void ports(String path, String name, String image, List<Yaml> ports, Issues issues) {
        boolean database = DATABASES.contains(ImageName.shortName(image));
        for (Yaml port : ports) {
            String target = port.isMap() ? port.get("target").text() : container(port.text());
            String host = port.isMap() ? port.get("host_ip").text() : host(port.text());
            boolean published =
                    port.isMap() ? port.has("published") : port.text().contains(":");
            boolean everywhere = host.isEmpty() || host.equals("0.0.0.0") || host.equals("[::]");
            if (published && everywhere && (database || DATABASE_PORTS.contains(target))) {
                issues.add(
                        Rule.COMPOSE_DATABASE_EXPOSED,
                        path,
                        port.line(),
                        "Service " + name + " publishes port " + target + " on every interface");
            }
        }
    }

    /** {@code host:published:target/protocol}, where the host may be an IPv6 address in brackets. */
    private static String host(String port) {
        int end = port.lastIndexOf(':');
        int start = end < 0 ? -1 : port.lastIndexOf(':', end - 1);
        return start < 0 ? "" : port.substring(0, start);
    }

    private static String container(String port) {
        String target = port.substring(port.lastIndexOf(':') + 1);
        int protocol = target.indexOf('/');
        return protocol < 0 ? target : target.substring(0, protocol);
    }

    private static void environment(String path, String service, Yaml environment, Issues issues) {
        environment.entries().forEach((name, value) -> secret(path, service, name, value.text(), value.line(), issues));
        for (Yaml item : environment.items()) {
            int equals = item.text().indexOf('=');
            if (equals > 0) {
                secret(
                        path,
                        service,
                        item.text().substring(0, equals),
                        item.text().substring(equals + 1),
                        item.line(),
                        issues);
            }
        }
    }

    private static void secret(String path, String service, String name, String value, int line, Issues issues) {
        if (SecretNames.isSecret(name) && SecretNames.isLiteral(value)) {
            issues.add(
                    Rule.COMPOSE_SECRET,
                    path,
                    line,
                    "Service " + service + " has the value of " + name + " in the file");
        }
    }
}
