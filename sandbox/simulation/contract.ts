/** The activities of the simulated customers' workflows. */

export interface SimulationActivities {
  arrive(input: { index: number }): Promise<string>;
  payFallback(input: { sessionId?: string; paymentId?: string }): Promise<void>;
}
