package io.sweaifleet.agent.tool.spec;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** The tools of one attempt. Thread-confined. */
public interface ModelTools extends AutoCloseable {

  /** The tools that the role has, in the order in which a model is shown them. */
  List<ToolSpec> specs();

  /**
   * Calls a tool. An unknown name, a wrong argument, a denial and a failed command are observations ({@code ok} false, with
   * the remedy), never exceptions.
   *
   * @throws InterruptedException when the attempt is cancelled or out of time
   */
  ToolCallResult call(String name, JsonNode arguments) throws InterruptedException;

  /**
   * The most relevant definitions of the repository, by file; empty when there is nothing to show.
   *
   * @param tokens upper bound of its length, in tokens of cl100k_base
   */
  String repositoryMap(int tokens) throws InterruptedException;

  @Override
  void close();
}
