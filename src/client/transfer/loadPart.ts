import { EchoError } from '../../shared/echoError.ts'

/**
 * Fetches a part of the library that is loaded on demand.
 * @param what what the part does, for the message
 * @throws (rejects) EchoError load-failed, after which it may be called again
 */
export async function loadPart<Module>(what: string, fetchModule: () => Promise<Module>): Promise<Module> {
  try {
    return await fetchModule()
  } catch (cause) {
    const message = `The part of the app that ${what} could not be fetched. Go online and try again, or reload the page.`
    throw new EchoError('load-failed', message, { cause })
  }
}
