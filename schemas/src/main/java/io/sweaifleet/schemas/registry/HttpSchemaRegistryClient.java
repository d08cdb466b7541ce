package io.sweaifleet.schemas.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sweaifleet.schemas.error.RegistryUnavailableException;
import io.sweaifleet.schemas.error.UndecodableException;
import io.sweaifleet.schemas.error.UnknownSchemaException;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.avro.AvroRuntimeException;
import org.apache.avro.NameValidator;
import org.apache.avro.Schema;
import org.apache.avro.SchemaParseException;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The registry over HTTP. Requests are safe to repeat, so all that fail for a passing reason are repeated, at the next address. */
final class HttpSchemaRegistryClient implements SchemaRegistryClient {

    private static final Logger LOG = LoggerFactory.getLogger(HttpSchemaRegistryClient.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String MEDIA_TYPE = "application/vnd.schemaregistry.v1+json";
    private static final int SUBJECT_NOT_FOUND = 40401;
    private static final int VERSION_NOT_FOUND = 40402;
    private static final int SCHEMA_NOT_FOUND = 40403;
    private static final int MAX_REFERENCES = 100;

    private final RegistryConfig config;
    private final HttpClient http;
    private final BoundedCache<Integer, Schema> schemas;
    private final BoundedCache<Integer, Long> missing;
    private final AtomicInteger address = new AtomicInteger();

    HttpSchemaRegistryClient(RegistryConfig config) {
        this.config = config;
        this.schemas = new BoundedCache<>(config.cacheSize());
        this.missing = new BoundedCache<>(config.missingCacheSize());
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NORMAL)
                .connectTimeout(config.connectTimeout());
        if (!config.tls().isDefault()) {
            builder.sslContext(TlsContext.of(config.tls()));
        }
        this.http = builder.build();
    }

    @Override
    public Schema schemaById(int id) {
        Schema known = schemas.get(id);
        if (known != null) {
            return known;
        }
        Long askedAt = missing.get(id);
        if (askedAt != null) {
            if (System.nanoTime() - askedAt < config.missingTtl().toNanos()) {
                throw unknown(id);
            }
            missing.remove(id);
        }
        Answer answer = send("GET", "/schemas/ids/" + id, null);
        if (answer.isNotFound(SCHEMA_NOT_FOUND, SUBJECT_NOT_FOUND, VERSION_NOT_FOUND)) {
            missing.put(id, System.nanoTime());
            throw unknown(id);
        }
        Schema schema = parse(answer.expectOk(), "schema id " + id);
        schemas.put(id, schema);
        return schema;
    }

    @Override
    public Optional<RegisteredSchema> latest(String subject) {
        return registered(subject, send("GET", "/subjects/" + encode(subject) + "/versions/latest", null));
    }

    @Override
    public Optional<RegisteredSchema> lookup(String subject, Schema schema) {
        return registered(subject, send("POST", "/subjects/" + encode(subject), schemaBody(schema)));
    }

    @Override
    public List<Integer> versions(String subject) {
        Answer answer = send("GET", "/subjects/" + encode(subject) + "/versions", null);
        if (answer.isNotFound(SUBJECT_NOT_FOUND, VERSION_NOT_FOUND)) {
            return List.of();
        }
        List<Integer> versions = new ArrayList<>();
        answer.expectOk().forEach(version -> versions.add(version.asInt()));
        return List.copyOf(versions);
    }

    @Override
    public int register(String subject, Schema schema) {
        Answer answer = send("POST", "/subjects/" + encode(subject) + "/versions", schemaBody(schema));
        if (answer.status() == 409 || answer.status() == 422) {
            throw new SchemaRefusedException("The schema registry " + config.urls() + " refuses the schema "
                    + schema.getFullName() + " for subject " + subject + ": " + answer.message()
                    + ". Change the schema so that every version can read every other, then run"
                    + " 'fleet schemas check'.");
        }
        return answer.expectOk().path("id").asInt();
    }

    @Override
    public List<String> incompatibilities(String subject, Schema schema) {
        Answer answer = send(
                "POST", "/compatibility/subjects/" + encode(subject) + "/versions?verbose=true", schemaBody(schema));
        if (answer.isNotFound(SUBJECT_NOT_FOUND, VERSION_NOT_FOUND)) {
            return List.of();
        }
        if (answer.status() == 409 || answer.status() == 422) {
            return List.of(answer.message());
        }
        JsonNode body = answer.expectOk();
        if (body.path("is_compatible").asBoolean()) {
            return List.of();
        }
        List<String> messages = new ArrayList<>();
        body.path("messages").forEach(message -> messages.add(message.asText()));
        return messages.isEmpty() ? List.of("not compatible with an earlier version") : List.copyOf(messages);
    }

    @Override
    public void setCompatibility(String subject, Compatibility compatibility) {
        ObjectNode body = JSON.createObjectNode();
        body.put("compatibility", compatibility.name());
        send("PUT", "/config/" + encode(subject), body).expectOk();
    }

    @Override
    public String address() {
        return String.join(",", config.urls());
    }

    private UnknownSchemaException unknown(int id) {
        return new UnknownSchemaException(
                "The schema registry " + config.urls() + " does not know schema id " + id
                        + ", which a record bears. Register the producer's schema there, or let the producer use this registry.");
    }

    private Optional<RegisteredSchema> registered(String subject, Answer answer) {
        if (answer.isNotFound(SUBJECT_NOT_FOUND, VERSION_NOT_FOUND, SCHEMA_NOT_FOUND)) {
            return Optional.empty();
        }
        JsonNode body = answer.expectOk();
        Schema schema = parse(body, "subject " + subject);
        return Optional.of(new RegisteredSchema(
                subject, body.path("version").asInt(), body.path("id").asInt(), schema));
    }

    /** Schemas may name types of other subjects; those are fetched and parsed first. */
    private Schema parse(JsonNode body, String what) {
        String type = body.path("schemaType").asText("AVRO");
        if (!type.equals("AVRO")) {
            throw new UndecodableException("In the schema registry " + config.urls() + ", " + what + " is of type "
                    + type + "; the fleet reads AVRO only.");
        }
        try {
            Schema.Parser parser = new Schema.Parser(NameValidator.UTF_VALIDATOR);
            parser.setValidateDefaults(false);
            parseReferences(parser, body, new ArrayList<>());
            return parser.parse(body.path("schema").asText());
        } catch (AvroRuntimeException | StackOverflowError e) {
            throw new UndecodableException(
                    "In the schema registry " + config.urls() + ", " + what + " is not a usable Avro schema: " + e, e);
        }
    }

    private void parseReferences(Schema.Parser parser, JsonNode body, List<String> seen) {
        for (JsonNode reference : body.path("references")) {
            String subject = reference.path("subject").asText();
            int version = reference.path("version").asInt();
            String path = "/subjects/" + encode(subject) + "/versions/" + version;
            if (seen.contains(path)) {
                continue;
            }
            if (seen.size() >= MAX_REFERENCES) {
                throw new SchemaParseException("more than " + MAX_REFERENCES + " references");
            }
            seen.add(path);
            JsonNode referenced = send("GET", path, null).expectOk();
            parseReferences(parser, referenced, seen);
            parser.parse(referenced.path("schema").asText());
        }
    }

    private static ObjectNode schemaBody(Schema schema) {
        ObjectNode body = JSON.createObjectNode();
        body.put("schema", ContractSchemas.contract(schema).toString());
        return body;
    }

    private static String encode(String subject) {
        return URLEncoder.encode(subject, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private Answer send(String method, String path, @Nullable ObjectNode body) {
        String problem = "";
        Throwable cause = null;
        for (int attempt = 0; attempt <= config.maxRetries(); attempt++) {
            if (attempt > 0) {
                pause(attempt);
            }
            int at = Math.floorMod(address.get(), config.urls().size());
            String url = config.urls().get(at) + path;
            try {
                Answer answer = exchange(method, url, body);
                if (!answer.isPassing()) {
                    return answer;
                }
                problem = "answered HTTP " + answer.status() + " " + answer.message();
                cause = null;
            } catch (IOException e) {
                problem = "did not answer (" + e + ")";
                cause = e;
            }
            LOG.debug("{} {} {}", method, url, problem);
            // The next one tries the next address; a compare-and-set, so that threads failing together move on once.
            address.compareAndSet(at, (at + 1) % config.urls().size());
        }
        throw new RegistryUnavailableException(
                "The schema registry " + config.urls() + " " + problem + " to " + method + " " + path + ", tried "
                        + (config.maxRetries() + 1) + " times. Start it, or correct " + RegistryConfig.URL + ".",
                cause);
    }

    private Answer exchange(String method, String url, @Nullable ObjectNode body) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url))
                .timeout(config.readTimeout())
                .header("Accept", MEDIA_TYPE + ", application/json")
                .method(
                        method,
                        body == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body.toString()));
        if (body != null) {
            request.header("Content-Type", MEDIA_TYPE);
        }
        if (config.authorization() != null) {
            request.header("Authorization", config.authorization());
        }
        try {
            HttpResponse<String> response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            return new Answer(method + " " + url, response.statusCode(), response.body());
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    /** Waits longer with each repetition; half of the wait is drawn at random, so that many clients do not come at once. */
    private void pause(int attempt) {
        long longest =
                Math.min(config.retryMaxWait().toMillis(), config.retryWait().toMillis() << Math.min(attempt - 1, 20));
        long wait = longest / 2 + ThreadLocalRandom.current().nextLong(longest / 2 + 1);
        try {
            Thread.sleep(wait);
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    /** What the registry answered. */
    private record Answer(String request, int status, String body) {

        /** True when the same request may be answered better a little later. */
        boolean isPassing() {
            return status >= 500 || status == 408 || status == 429;
        }

        /**
         * True when the registry itself says that there is no such thing. A 404 without its code comes from somewhere
         * else, such as a proxy or a wrong base address, and proves nothing.
         */
        boolean isNotFound(int... codes) {
            if (status != 404) {
                return false;
            }
            int code = json().map(node -> node.path("error_code").asInt()).orElse(0);
            for (int expected : codes) {
                if (code == expected) {
                    return true;
                }
            }
            return false;
        }

        String message() {
            return json().map(node -> node.path("message").asText())
                    .filter(text -> !text.isEmpty())
                    .orElse(body.length() > 300 ? body.substring(0, 300) + "…" : body);
        }

        JsonNode expectOk() {
            if (status == 401 || status == 403) {
                throw new RegistryUnavailableException("The schema registry does not let us in: " + request
                        + " was answered by HTTP " + status + " " + message() + ". Give credentials by "
                        + RegistryConfig.BASIC_AUTH_SOURCE + "=USER_INFO and " + RegistryConfig.BASIC_AUTH_USER_INFO
                        + ".");
            }
            if (status != 200) {
                throw new RegistryUnavailableException("Not an answer of a schema registry: " + request
                        + " was answered by HTTP " + status + " " + message() + ". Is " + RegistryConfig.URL
                        + " the base address of its API?");
            }
            return json().orElseThrow(() -> new RegistryUnavailableException("Not an answer of a schema registry: "
                    + request + " was answered by something that is not JSON: " + message() + ". Is "
                    + RegistryConfig.URL + " the base address of its API?"));
        }

        private Optional<JsonNode> json() {
            try {
                return Optional.ofNullable(JSON.readTree(body)).filter(node -> !node.isMissingNode());
            } catch (JsonProcessingException e) {
                return Optional.empty();
            }
        }
    }
}
