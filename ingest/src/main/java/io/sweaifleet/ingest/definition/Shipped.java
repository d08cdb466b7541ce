package io.sweaifleet.ingest.definition;

import io.sweaifleet.ingest.client.Fleet;
import io.sweaifleet.schemas.role.PoolDefinition;
import io.sweaifleet.schemas.role.RoleDefinition;
import io.sweaifleet.schemas.role.yaml.RoleYaml;
import io.sweaifleet.schemas.workflow.WorkflowDefinition;
import io.sweaifleet.schemas.workflow.yaml.WorkflowYaml;
import io.sweaifleet.schemas.yaml.InvalidYamlException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a fleet begins with: the default pool, the roles and the definitions of workflows that ship. A definition of the same name and of the same or a
 * newer version stays, so what the operator applied is never overwritten.
 */
public final class Shipped {

    private static final List<String> ROLES = List.of("architect", "data", "developer", "devops", "qa");

    private static final List<String> WORKFLOWS =
            List.of("check-up", "fix-a-failing-test", "review-a-branch", "upgrade-a-dependency");

    private Shipped() {}

    /**
     * Writes what is missing or older.
     *
     * @param now time of the change
     * @return what was written, such as {@code role qa}
     */
    public static List<String> ensure(Fleet fleet, Instant now) {
        List<String> written = new ArrayList<>();
        Definitions<PoolDefinition> pools = Definitions.pools(fleet);
        PoolDefinition pool = PoolDefinition.newBuilder()
                .setPool("default")
                .setVersion(1)
                .setDescription("Made at the first start.")
                .setUpdatedAt(now)
                .build();
        if (pools.applyOlder(pool, pools.all())) {
            written.add("pool " + pool.getPool());
        }
        Definitions<RoleDefinition> roles = Definitions.roles(fleet);
        Map<String, RoleDefinition> present = roles.all();
        for (RoleDefinition role : roles(now)) {
            if (roles.applyOlder(role, present)) {
                written.add("role " + role.getRole());
            }
        }
        Definitions<WorkflowDefinition> workflows = Definitions.workflows(fleet);
        Map<String, WorkflowDefinition> known = workflows.all();
        for (WorkflowDefinition workflow : workflows()) {
            if (workflows.applyOlder(workflow, known)) {
                written.add("definition " + workflow.getName());
            }
        }
        return written;
    }

    /** The definitions of workflows that ship. */
    public static List<WorkflowDefinition> workflows() {
        List<WorkflowDefinition> workflows = new ArrayList<>();
        for (String name : WORKFLOWS) {
            String file = "/definitions/" + name + ".yaml";
            try (InputStream in = Shipped.class.getResourceAsStream(file)) {
                if (in == null) {
                    throw new IllegalStateException("the shipped definition " + name + " is not in the build");
                }
                workflows.addAll(WorkflowYaml.parse(file, new String(in.readAllBytes(), StandardCharsets.UTF_8)));
            } catch (IOException e) {
                throw new UncheckedIOException("the shipped definition " + name + " cannot be read", e);
            } catch (InvalidYamlException e) {
                throw new IllegalStateException("the shipped definition " + name + " is wrong: " + e.getMessage(), e);
            }
        }
        return workflows;
    }

    /** The roles that ship. */
    public static List<RoleDefinition> roles(Instant now) {
        List<RoleDefinition> roles = new ArrayList<>();
        for (String name : ROLES) {
            String file = "/roles/" + name + ".yaml";
            try (InputStream in = Shipped.class.getResourceAsStream(file)) {
                if (in == null) {
                    throw new IllegalStateException("the shipped role " + name + " is not in the build");
                }
                roles.addAll(RoleYaml.parse(file, new String(in.readAllBytes(), StandardCharsets.UTF_8), now));
            } catch (IOException e) {
                throw new UncheckedIOException("the shipped role " + name + " cannot be read", e);
            } catch (InvalidYamlException e) {
                throw new IllegalStateException("the shipped role " + name + " is wrong: " + e.getMessage(), e);
            }
        }
        return roles;
    }
}
