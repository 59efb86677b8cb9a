import type { NativeConnection } from '@temporalio/worker';

/** Names of the custom search attributes that a namespace has; none where the server won't say. */
export async function knownSearchAttributes(
  { operatorService }: Pick<NativeConnection, 'operatorService'>,
  namespace: string,
): Promise<string[]> {
  try {
    const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
    return Object.keys(customAttributes).sort();
  } catch {
    // A server may keep this call to its operators: a search works without attributes.
    return [];
  }
}
