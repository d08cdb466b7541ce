package io.sweaifleet.topology.query;

import io.sweaifleet.schemas.query.QueryProblem;

/** A query without an answer. */
final class QueryException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final transient QueryProblem problem;

    private QueryException(int status, QueryProblem problem) {
        super(problem.message());
        this.status = status;
        this.problem = problem;
    }

    static QueryException wrong(String field, String message, String remedy) {
        return new QueryException(400, new QueryProblem("BAD_PARAMETER", message, remedy, field));
    }

    static QueryException unknown(String code, String message, String remedy) {
        return new QueryException(404, new QueryProblem(code, message, remedy, ""));
    }

    /** One that asking again may help. */
    static QueryException later(String code, String message, String remedy) {
        return new QueryException(503, new QueryProblem(code, message, remedy, ""));
    }

    /** The status of HTTP. */
    int status() {
        return status;
    }

    QueryProblem problem() {
        return problem;
    }
}
