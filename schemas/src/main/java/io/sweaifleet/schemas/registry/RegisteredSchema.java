package io.sweaifleet.schemas.registry;

import org.apache.avro.Schema;

/**
 * A version of a subject.
 *
 * @param subject name of the subject
 * @param version version within the subject, from 1
 * @param id id within the registry, which records bear
 * @param schema the schema itself
 */
public record RegisteredSchema(String subject, int version, int id, Schema schema) {}
