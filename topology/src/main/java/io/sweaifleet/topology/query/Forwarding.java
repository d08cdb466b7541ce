package io.sweaifleet.topology.query;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.streams.state.HostInfo;

/** Asks another instance. */
final class Forwarding {

    /** Tells an instance that it must not pass the query on. */
    static final String HEADER = "Fleet-Forwarded";

    private static final Duration CONNECT_WITHIN = Duration.ofSeconds(2);

    /** Longer than any query may wait. */
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(40);

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(CONNECT_WITHIN).build();

    /**
     * The other's answer, whatever it is.
     *
     * @throws QueryException when it does not answer
     */
    Reply ask(HostInfo other, URI query) {
        String parameters = query.getRawQuery() == null ? "" : "?" + query.getRawQuery();
        URI address = URI.create("http://" + other.host() + ":" + other.port() + query.getRawPath() + parameters);
        HttpRequest request = HttpRequest.newBuilder(address)
                .header(HEADER, "1")
                .timeout(ANSWER_WITHIN)
                .build();
        try {
            HttpResponse<byte[]> response = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
            return new Reply(response.statusCode(), response.body());
        } catch (IOException e) {
            throw QueryException.later(
                    "HOLDER_AWAY",
                    "The instance at " + other.host() + ":" + other.port() + " holds the pool and does not answer: "
                            + e,
                    "Ask again in some seconds: if it is dead, another takes over. If it is not, check that"
                            + " fleet.topology.query-advertised is an address that other instances reach it at");
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }
}
