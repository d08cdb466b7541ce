package io.sweaifleet.deploy.chaos.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sweaifleet.deploy.chaos.history.HistoryDirectory;
import io.sweaifleet.schemas.query.CheckAnswer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Asks the owner of each pool about the invariants, once the fleet is at rest. */
final class FinalAnswers {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration ONE_ANSWER = Duration.ofSeconds(20);
    private static final Duration PAUSE = Duration.ofMillis(500);

    private final Cluster cluster;
    private final HistoryDirectory directory;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final ObjectMapper json = new ObjectMapper();

    FinalAnswers(Cluster cluster, HistoryDirectory directory) {
        this.cluster = cluster;
        this.directory = directory;
    }

    /** Writes down what the owners say, and who could not be asked. */
    void ask(List<String> cores, List<String> pools) throws IOException, InterruptedException {
        List<String> answers = new ArrayList<>();
        List<String> unanswered = new ArrayList<>();
        for (String pool : pools) {
            String why = "nobody was asked";
            Optional<String> answer = Optional.empty();
            long giveUpAt = System.nanoTime() + PATIENCE.toNanos();
            for (int i = 0; System.nanoTime() < giveUpAt; i++) {
                String core = cores.get(i % cores.size());
                try {
                    String body = get(core, pool);
                    answer = Optional.of(body);
                    // What ended a moment ago may not be written yet, or a timer be about to fire: a second look is
                    // fair.
                    if (isAtRest(body)) {
                        break;
                    }
                } catch (IOException away) {
                    why = core + ": " + away.getMessage();
                }
                Thread.sleep(PAUSE.toMillis());
            }
            if (answer.isPresent()) {
                answers.add(answer.get());
            } else {
                unanswered.add(pool + "\t" + why);
            }
        }
        Files.write(directory.answers(), answers);
        Files.write(directory.unanswered(), unanswered);
    }

    private boolean isAtRest(String body) throws JsonProcessingException {
        CheckAnswer answer = json.readValue(body, CheckAnswer.class);
        return answer.problems().isEmpty() && answer.tasks() == 0 && answer.workflows() == 0;
    }

    private String get(String core, String pool) throws IOException, InterruptedException {
        String address = cluster.queries(core).orElseThrow(() -> new IOException("its node is not up"));
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(URI.create(address + "/v1/pools/" + pool + "/check"))
                        .timeout(ONE_ANSWER)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IOException(
                    "HTTP " + answer.statusCode() + " " + answer.body().strip());
        }
        return json.readTree(answer.body()).toString();
    }
}
