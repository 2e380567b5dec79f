/** What bench/browser.bench.mjs calls in a page, as `window.bench`. */
import { z } from 'zod'
import { createEcho, defineType, query } from '../../dist/core.js'
import { createRawChannel } from './rawChannel.mjs'

const app = 'bench'
const Item = defineType('item', z.object({ title: z.string(), rank: z.number(), done: z.boolean(), owner: z.string(), body: z.string() }))
const params = new URLSearchParams(location.search)
const signaling = params.getAll('signaling')
const opens = params.get('open')

let echo
let space

async function start() {
  echo = createEcho({ app, types: [Item], signaling })
  await echo.opened
}

/** Keeps the library from bundling a space's blocks for as long as the page is there. */
function preventBundling(id) {
  return new Promise((resolve) => {
    void navigator.locks.request(`echo/${app}/space/${id}/bundling`, () => {
      resolve()
      return new Promise(() => {})
    })
  })
}

function until(readable, pick) {
  return new Promise((resolve) => {
    const look = () => {
      const found = pick(readable.get())
      if (!found) return
      stop()
      resolve(found)
    }
    const stop = readable.subscribe(look)
    look()
  })
}

/** Text that does not deflate to nothing. */
function body(length) {
  const bytes = crypto.getRandomValues(new Uint8Array(length))
  return Array.from(bytes, (byte) => String.fromCharCode(97 + (byte % 26))).join('')
}

/** Writes items, `perBlock` of them in each block. */
async function write(count, perBlock, bodyLength) {
  for (let i = 0; i < count; i += perBlock) {
    space.batch(() => {
      for (let j = i; j < i + perBlock; j++) {
        space.create(Item, {
          title: `Item ${j}`,
          rank: (j * 7919) % 100_003,
          done: j % 3 === 0,
          owner: `person-${j % 17}`,
          body: body(bodyLength),
        })
      }
    })
    const stored = space.flush()
    if (i % (perBlock * 50) === 0) await stored
  }
  await space.flush()
}

async function createSpace(name) {
  await start()
  await echo.identity.create({ name: 'Bench' })
  await echo.identity.confirmPhraseSaved()
  space = await echo.spaces.create({ name })
  return space.id
}

/** Opens a stored space. @returns the milliseconds from the page's start to the first answer of a query */
async function open(id) {
  if (!params.has('bundling')) await preventBundling(id)
  await start()
  space = await echo.spaces.open(id)
  const rows = space.run(query(Item).orderBy('rank').limit(50))
  const time = performance.now()
  if (rows.length !== 50) throw new Error('the query found nothing')
  return time
}

window.bench = {
  /** Where the page's address names a space: see {@link open}. */
  opened: opens === null ? undefined : open(opens),

  /** A space of a device of its own, whose blocks stay single. @returns its id */
  async seed(count, perBlock) {
    const id = await createSpace('Bench')
    await echo.dispose()
    await preventBundling(id)
    await start()
    space = await echo.spaces.open(id)
    await write(count, perBlock, 20)
    await echo.dispose()
    return id
  },

  count: () => space.count(query(Item)),

  /** @returns how many blocks of the app have a row of their own */
  singleBlocks() {
    return new Promise((resolve, reject) => {
      const opening = indexedDB.open(`echo/${app}`)
      opening.onerror = () => reject(opening.error)
      opening.onsuccess = () => {
        const counting = opening.result.transaction('headers').objectStore('headers').count()
        counting.onsuccess = () => {
          opening.result.close()
          resolve(counting.result)
        }
      }
    })
  },

  /** @returns whether there were any caches of documents */
  async dropCaches() {
    const databases = await indexedDB.databases()
    const caches = databases.filter(({ name }) => name.startsWith(`echo/${app}/cache/`))
    await Promise.all(caches.map(({ name }) => new Promise((resolve) => (indexedDB.deleteDatabase(name).onsuccess = resolve))))
    return caches.length > 0
  },

  /** A space with content. @returns a link that is being waited at */
  async host(count, perBlock, bodyLength) {
    await createSpace('Bench')
    await write(count, perBlock, bodyLength)
    const invitation = space.invite()
    invitation.create({ role: 'editor' })
    return (await until(invitation.state, (state) => state.status === 'waiting' && state)).url
  },

  /** @returns the milliseconds from accepting to the host's answer, and from there until all items are here */
  async join(link, count) {
    await start()
    await echo.identity.create({ name: 'Guest' })
    await echo.identity.confirmPhraseSaved()
    const joining = echo.join(link)
    const accepted = performance.now()
    joining.accept()
    await until(joining.state, ({ status }) => status === 'syncing' || status === 'success')
    const answered = performance.now()
    const joined = await until(joining.state, (state) => state.status === 'success' && state)
    space = await echo.spaces.open(joined.space)
    await until(space.liveCount(query(Item)), (here) => here >= count)
    return { answerMs: answered - accepted, syncMs: performance.now() - answered }
  },

  raw: createRawChannel(),
}
