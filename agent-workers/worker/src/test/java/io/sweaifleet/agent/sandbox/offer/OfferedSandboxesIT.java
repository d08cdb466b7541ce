package io.sweaifleet.agent.sandbox.offer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sweaifleet.agent.attempt.AttemptEnd;
import io.sweaifleet.agent.run.PlaybookHarness;
import io.sweaifleet.agent.run.PlaybookHarness.Run;
import io.sweaifleet.agent.run.Steps;
import io.sweaifleet.agent.run.TestRepository;
import io.sweaifleet.agent.sandbox.HostEnvironment;
import io.sweaifleet.agent.sandbox.SandboxUnavailableException;
import io.sweaifleet.agent.sandbox.Sandboxes;
import io.sweaifleet.agent.sandbox.Sandboxes.Choice;
import io.sweaifleet.schemas.common.FailureClass;
import io.sweaifleet.schemas.config.SettingException;
import io.sweaifleet.schemas.config.Settings;
import io.sweaifleet.schemas.role.RoleDefinition;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OfferedSandboxesIT {

    @TempDir
    Path folder;

    @Test
    void shouldEndAsEnvironmentWhenTheRolesSandboxIsMissing() {
        // Given
        TestRepository repository = TestRepository.init(folder.resolve("repo")).file("a.txt", "a\n");
        repository.commit("first");
        RoleDefinition role = RoleDefinition.newBuilder(PlaybookHarness.permissiveRole(List.of("test.kind")))
                .setSandbox("docker")
                .build();

        // When
        Run run = PlaybookHarness.create()
                .withSandbox(Choice.PROCESS)
                .withRole(role)
                .on(
                        Steps.doing(context -> {
                            throw new AssertionError("it ran in another sandbox");
                        }),
                        repository.root().toString(),
                        Map.of());

        // Then
        assertThat(run.status()).isEqualTo(AttemptEnd.Status.FAILED);
        assertThat(run.failure().getFailureClass()).isEqualTo(FailureClass.ENVIRONMENT);
        assertThat(run.failure().getCode()).isEqualTo("SANDBOX_MISSING");
        assertThat(run.failure().getRemedy()).contains("sandbox-docker");
    }

    @Test
    void shouldOfferWhatWorksAndSayWhyTheRestDoesNot() {
        // When
        OfferedSandboxes offered = OfferedSandboxes.probe(
                settings(Map.of("fleet.worker.sandbox", "process")), HostEnvironment.detect(), folder.resolve("work"));

        // Then
        assertThat(offered.standard().name()).isEqualTo("process");
        assertThat(offered.capabilities()).contains("sandbox-process").doesNotContain("sandbox-docker");
        assertThatThrownBy(() -> offered.named("docker"))
                .isInstanceOf(SandboxUnavailableException.class)
                .hasMessageContaining("fleet.sandbox.images");
        assertThatThrownBy(() -> offered.named("kubernetes"))
                .isInstanceOf(SandboxUnavailableException.class)
                .hasMessageContaining("fleet.sandbox.kubernetes.kubeconfig");
        offered.close();
    }

    @Test
    void shouldRefuseToStartWithoutTheSandboxThatIsAskedFor() {
        // Given
        Settings settings = settings(Map.of("fleet.worker.sandbox", "docker"));

        // When / Then
        assertThatThrownBy(() -> OfferedSandboxes.probe(settings, HostEnvironment.detect(), folder.resolve("work")))
                .isInstanceOf(SandboxUnavailableException.class)
                .hasMessageContaining("fleet.worker.sandbox is docker");
    }

    @Test
    void shouldNameTheImageEntryThatCannotBeUsed() {
        // Given
        Settings settings = settings(Map.of("fleet.sandbox.images", "java=Not An Image"));

        // When / Then
        assertThatThrownBy(() -> OfferedSandboxes.probe(settings, HostEnvironment.detect(), folder.resolve("work")))
                .isInstanceOf(SettingException.class)
                .hasMessageContaining("java=Not An Image");
    }

    @Test
    void shouldOfferOneSandboxUnderItsName() {
        // Given
        OfferedSandboxes only =
                OfferedSandboxes.only(Sandboxes.select(Choice.PROCESS, HostEnvironment.detect(), folder));

        // When / Then
        assertThat(only.named("")).isSameAs(only.named("process"));
    }

    private static Settings settings(Map<String, String> values) {
        return Settings.of(values);
    }
}
