/** Where runs go when Worker Versioning is on and another version becomes current. */
import { setWorkflowOptions, workflowInfo } from '@temporalio/workflow';

/**
 * Lets runs of a workflow end on the version that they began on. Others go on with the current version, because they may wait
 * for up to a year. Temporal refuses this of a worker without versioning, so it is said only where there is a version.
 */
export function pinToVersion(workflow: (...args: never[]) => Promise<unknown>): void {
  setWorkflowOptions(
    () => (workflowInfo().currentDeploymentVersion?.deploymentName ? { versioningBehavior: 'PINNED' } : {}),
    workflow as (...args: unknown[]) => Promise<unknown>,
  );
}
