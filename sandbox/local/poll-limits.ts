/**
 * How often Temporal's history service may read each of its task queues, per shard and second.
 *
 * Every step of a workflow (a task, a timer, a search attribute) waits in such a queue. Temporal's limit of 20 a
 * second suits hundreds of shards; a development server has one, so that on a busy server every step would wait
 * about 45 ms for the next read. Reads follow new tasks: a high limit costs an idle server nothing.
 */
const POLLS_PER_SECOND = 2000;

/** Dynamic configuration for every server this project starts; deploy/temporal/dynamic-config.yaml sets the same. */
export const POLL_LIMITS: Readonly<Record<string, number>> = {
  'history.transferProcessorMaxPollRPS': POLLS_PER_SECOND,
  'history.timerProcessorMaxPollRPS': POLLS_PER_SECOND,
  'history.visibilityProcessorMaxPollRPS': POLLS_PER_SECOND,
};
