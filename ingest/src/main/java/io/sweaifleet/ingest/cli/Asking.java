package io.sweaifleet.ingest.cli;

import io.sweaifleet.ingest.query.QueriesAwayException;
import io.sweaifleet.ingest.query.QueryRefusedException;
import io.sweaifleet.schemas.config.FleetSettings;

/** Asking the topology's queries, with failures in the words of this command line. */
final class Asking {

    private Asking() {}

    /** A question. */
    interface Question<T> {
        T ask() throws QueriesAwayException;
    }

    /**
     * The answer.
     *
     * @throws CliException when there is none
     */
    static <T> T ask(Question<T> question) {
        try {
            return question.ask();
        } catch (QueriesAwayException e) {
            throw new CliException(
                    ExitCode.ENVIRONMENT,
                    String.valueOf(e.getMessage()),
                    "see `fleet doctor`; a node of an older version answers after `fleet down` and `fleet up -d`,"
                            + " another fleet with --set " + FleetSettings.QUERY_URL.name() + "=http://HOST:PORT",
                    e);
        } catch (QueryRefusedException e) {
            throw refused(e);
        }
    }

    static CliException refused(QueryRefusedException e) {
        return new CliException(
                e.isUnknown() ? ExitCode.FAILED : ExitCode.USAGE,
                e.problem().message(),
                e.problem().remedy(),
                e);
    }
}
