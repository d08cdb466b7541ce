package io.sweaifleet.agent.worker.ray;

import io.sweaifleet.agent.attempt.Attempt;
import io.sweaifleet.agent.attempt.AttemptReporter;
import io.sweaifleet.agent.attempt.Cancellation;
import io.sweaifleet.schemas.role.RoleDefinition;
import io.sweaifleet.schemas.worker.Assignment;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/**
 * An attempt as it crosses an actor's border.
 *
 * @param pool pool the worker serves
 * @param workerId worker that holds the lease
 * @param incarnation start of the worker's process, ms since the epoch
 * @param agentId agent that runs it
 * @param assignment what core assigned
 * @param role the role's definition in force when it began
 */
record RemoteAttempt(
        String pool, String workerId, long incarnation, String agentId, Assignment assignment, RoleDefinition role) {

    static RemoteAttempt of(Attempt attempt) {
        return new RemoteAttempt(
                attempt.pool(),
                attempt.workerId(),
                attempt.incarnation(),
                attempt.agentId(),
                attempt.assignment(),
                attempt.role());
    }

    Attempt attempt(Cancellation cancellation, AttemptReporter reporter) {
        return new Attempt(pool, workerId, incarnation, agentId, assignment, role, cancellation, reporter);
    }

    byte[] encode() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeUTF(pool);
            out.writeUTF(workerId);
            out.writeLong(incarnation);
            out.writeUTF(agentId);
            byte[] assigned = Records.bytes(assignment);
            out.writeInt(assigned.length);
            out.write(assigned);
            out.write(Records.bytes(role));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static RemoteAttempt decode(byte[] bytes) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            String pool = in.readUTF();
            String workerId = in.readUTF();
            long incarnation = in.readLong();
            String agentId = in.readUTF();
            byte[] assigned = new byte[in.readInt()];
            in.readFully(assigned);
            return new RemoteAttempt(
                    pool,
                    workerId,
                    incarnation,
                    agentId,
                    Assignment.fromByteBuffer(ByteBuffer.wrap(assigned)),
                    RoleDefinition.fromByteBuffer(ByteBuffer.wrap(in.readAllBytes())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
