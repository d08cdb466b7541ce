package io.sweaifleet.ingest.query;

import io.sweaifleet.schemas.query.QueryProblem;

/** A query was understood and has no answer: something in it is wrong, or not known. */
public final class QueryRefusedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient QueryProblem problem;
    private final boolean unknown;

    QueryRefusedException(QueryProblem problem, boolean unknown) {
        super(problem.message());
        this.problem = problem;
        this.unknown = unknown;
    }

    /** What is wrong, and the remedy. */
    public QueryProblem problem() {
        return problem;
    }

    /** True when what was asked about does not exist, false when the question was wrong. */
    public boolean isUnknown() {
        return unknown;
    }
}
