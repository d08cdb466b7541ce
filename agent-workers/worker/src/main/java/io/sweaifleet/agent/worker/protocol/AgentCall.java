package io.sweaifleet.agent.worker.protocol;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * What an actor is asked to do. Crosses the actor's border as bytes, so that Ray has nothing to serialize.
 *
 * @param leaseId lease to run
 * @param ticket submission it belongs to; an outdated one is not run
 */
public record AgentCall(String leaseId, long ticket) {

    /** Bytes that {@link #decode} reads. */
    public byte[] encode() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(64);
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeUTF(leaseId);
            out.writeLong(ticket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** The call that {@link #encode} wrote. */
    public static AgentCall decode(byte[] bytes) {
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
            return new AgentCall(in.readUTF(), in.readLong());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
