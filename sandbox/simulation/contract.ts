/** What the simulated customers' workflows and activities say to each other. */

export interface SimulationActivities {
  arrive(input: { index: number }): Promise<string>;
  payFallback(input: { sessionId?: string; paymentId?: string }): Promise<void>;
}
