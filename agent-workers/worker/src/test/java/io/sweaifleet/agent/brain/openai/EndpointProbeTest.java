package io.sweaifleet.agent.brain.openai;

import static org.assertj.core.api.Assertions.assertThat;

import io.sweaifleet.agent.attempt.Cancellation;
import io.sweaifleet.agent.brain.model.ModelConfig;
import io.sweaifleet.agent.brain.model.ModelSettings;
import io.sweaifleet.agent.brain.model.ModelTraits;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EndpointProbeTest {

    private ScriptedEndpoint endpoint;

    @BeforeEach
    void begin() {
        endpoint = ScriptedEndpoint.start();
    }

    @AfterEach
    void end() {
        endpoint.close();
    }

    private ModelTraits probe(Map<String, String> more) throws Exception {
        return probe(more, new Cancellation());
    }

    private ModelTraits probe(Map<String, String> more, Cancellation cancellation) throws Exception {
        Map<String, String> settings = new LinkedHashMap<>(more);
        settings.put("fleet.models.m.url", endpoint.url());
        settings.put("fleet.models.m.model", "qwen");
        ModelConfig config = ModelSettings.read(io.sweaifleet.schemas.config.Settings.of(settings))
                .get("m");
        return new EndpointProbe(OpenAiChat.newHttp(), URI.create(endpoint.url()), config, "", cancellation).probe();
    }

    @Test
    void shouldAskOllamaForWhatIsLoaded() throws Exception {
        endpoint.page(
                        "/api/show",
                        "{\"model_info\":{\"qwen2.context_length\":32768},\"capabilities\":[\"completion\"]}")
                .page("/api/ps", "{\"models\":[{\"model\":\"qwen\",\"context_length\":16384}]}");
        ModelTraits traits = probe(Map.of());
        assertThat(traits.contextTokens()).isEqualTo(16_384);
        assertThat(traits.toolCalling()).isFalse();
    }

    @Test
    void shouldTakeOllamasNumCtx() throws Exception {
        endpoint.page(
                "/api/show",
                "{\"model_info\":{\"qwen2.context_length\":32768},\"parameters\":\"stop x\\nnum_ctx 12000\",\"capabilities\":[\"tools\"]}");
        assertThat(probe(Map.of()).contextTokens()).isEqualTo(12_000);
        assertThat(probe(Map.of()).toolCalling()).isTrue();
    }

    @Test
    void shouldNotBelieveThatOllamaGivesWhatTheModelWasTrainedFor() throws Exception {
        endpoint.page("/api/show", "{\"model_info\":{\"qwen2.context_length\":131072}}");
        assertThat(probe(Map.of()).contextTokens()).isEqualTo(8_192);
    }

    @Test
    void shouldAskLlamaCpp() throws Exception {
        endpoint.page("/props", "{\"default_generation_settings\":{\"n_ctx\":4096}}");
        ModelTraits traits = probe(Map.of());
        assertThat(traits.contextTokens()).isEqualTo(4_096);
        assertThat(traits.maxOutputTokens()).isEqualTo(1_024);
        assertThat(traits.contextSource()).contains("llama.cpp");
    }

    @Test
    void shouldAskVllm() throws Exception {
        endpoint.page(
                "/v1/models",
                "{\"data\":[{\"id\":\"other\",\"max_model_len\":1},{\"id\":\"qwen\",\"max_model_len\":65536}]}");
        assertThat(probe(Map.of()).contextTokens()).isEqualTo(65_536);
    }

    @Test
    void shouldKeepToAShorterContextOfTheSettings() throws Exception {
        endpoint.page("/props", "{\"default_generation_settings\":{\"n_ctx\":65536}}");
        ModelTraits traits = probe(Map.of("fleet.models.m.context-tokens", "20000"));
        assertThat(traits.contextTokens()).isEqualTo(20_000);
        assertThat(traits.contextSource()).isEqualTo("the settings");
    }

    @Test
    void shouldEndWhenTheAttemptIsCancelledWhileTheEndpointIsSilent() throws Exception {
        // Given
        CountDownLatch asked = endpoint.silentPage("/api/show");
        Cancellation cancellation = new Cancellation();
        CompletableFuture<ModelTraits> probing = CompletableFuture.supplyAsync(() -> {
            try {
                return probe(Map.of(), cancellation);
            } catch (Exception e) {
                throw new CompletionException(e);
            }
        });
        assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();

        // When
        cancellation.cancel("no longer wanted", Instant.EPOCH);

        // Then
        assertThat(probing)
                .failsWithin(Duration.ofSeconds(4))
                .withThrowableThat()
                .withStackTraceContaining("CancelledException")
                .withStackTraceContaining("no longer wanted");
    }

    @Test
    void shouldNotWaitForAPageThatComesInDrops() throws Exception {
        endpoint.silentPage("/api/show");
        endpoint.page("/props", "{\"default_generation_settings\":{\"n_ctx\":4096}}");
        assertThat(probe(Map.of()).contextTokens()).isEqualTo(4_096);
    }

    @Test
    void shouldAssumeALittleWhenNothingIsKnown() throws Exception {
        assertThat(probe(Map.of()).contextTokens()).isEqualTo(8_192);
    }
}
