/**
 * Loaded once, before any workflow. The SDK keeps a call stack of every promise that a workflow makes, for one query of
 * the Temporal UI: most of what a replay costs in time and memory (docs/decisions/0034-no-call-stacks.md).
 */
Error.stackTraceLimit = 0;
