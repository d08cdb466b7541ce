package io.sweaifleet.schemas.query;

/**
 * Why a query has no answer.
 *
 * @param code which problem, in capitals
 * @param message what is wrong, with the value concerned
 * @param remedy what to do about it
 * @param field parameter that is wrong; empty when none is
 */
public record QueryProblem(String code, String message, String remedy, String field) {}
