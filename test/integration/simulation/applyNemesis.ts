import { EchoError } from '../../../src/shared/echoError.ts'
import type { Page } from './device.ts'
import { deviceName, type Nemesis, type PageFate, type Step } from './step.ts'
import type { World } from './world.ts'

/** Pages that one device may have open. */
const maxTabs = 3

/** Opens, closes or ends pages, as a step says. */
export async function applyFate(world: World, { device: index, tab }: Step, fate: PageFate): Promise<void> {
  const { clock, lives } = world
  const device = world.devices[index % world.devices.length]!
  const page = device.pages[tab % Math.max(1, device.pages.length)]
  // A device that is off, or closing, has nothing that could happen to it.
  if (page === undefined) return
  switch (fate.do) {
    case 'open tab':
      if (device.pages.length >= maxTabs) return
      world.count(fate.do)
      return void (await device.openPage())
    case 'close tab':
      if (device.pages.length === 1) return
      world.count(fate.do)
      await device.close([page])
      break
    case 'kill tab':
      if (device.pages.length === 1) return
      world.count(fate.silent ? 'kill tab silently' : fate.do)
      await device.kill(page, fate.silent)
      break
    case 'restart':
      world.count(fate.do)
      await device.close([...device.pages])
      break
    case 'crash':
      world.count(fate.silent ? 'crash silently' : fate.do)
      if (device.pages.some(isUnsaved)) world.count('crash with unsaved edits')
      for (const each of [...device.pages]) await device.kill(each, fate.silent)
      device.offUntilMs = clock.now() + fate.offMs
      break
    case 'power cut':
      world.count(fate.do)
      await device.cutPower(fate.kept)
      device.offUntilMs = clock.now() + fate.offMs
      break
    case 'backup':
      // Only a member's: who comes back as a stranger has nothing to lose.
      if (world.ready(device).length === 0) return
      world.count(fate.do)
      // A copy with edits that no block held yet: where these go on under another slot, those of the copy cannot be told to be the same.
      if (world.restored.has(device.index))
        for (const life of lives.all())
          if (life.device === device.index) world.texts.mayStandTwice(life, life.durable.edits, life.written.edits)
      device.backup = { disk: device.disk.backup(), held: lives.backup(device.index) }
      return
    case 'restore backup': {
      const { backup } = device
      if (backup === undefined) return
      world.count(fate.do)
      for (const each of [...device.pages]) await device.kill(each, false)
      // What they began to write does not reach the old disk.
      device.disk.crash()
      device.disk.restore(backup.disk)
      world.restored.add(device.index)
      lives.fallBack(device.index, backup.held)
      device.offUntilMs = clock.now() + fate.offMs
      if (fate.offline) await (await device.openPage()).echo.network.setEnabled(false)
      break
    }
  }
  world.recount()
}

function isUnsaved({ space }: Page): boolean {
  return space !== undefined && space.sync.get().unsaved > 0
}

/** Does something to a disk, a clock or the wires, as a step says. */
export function applyNemesis(world: World, { device: index, tab }: Step, nemesis: Nemesis): void {
  const { swarm, devices, count } = world
  const device = devices[index % devices.length]!
  const namesOf = (group: readonly number[]): readonly string[] =>
    group.flatMap((each) => Array.from({ length: 60 }, (_, page) => `${deviceName(each)} ${page + 1}`))
  count(nemesis.do)
  switch (nemesis.do) {
    case 'quota':
      device.disk.quotaBytes = device.disk.usedBytes + nemesis.bytes
      return
    case 'room on disk':
      device.disk.quotaBytes = Infinity
      return
    case 'failing write':
      return device.disk.failNextWrite(new EchoError('storage-unavailable', 'The simulated disk failed once.'))
    case 'clock jump':
      device.skewMs += nemesis.byMs
      return
    case 'partition':
      return swarm.partition([
        namesOf(nemesis.group),
        namesOf(devices.map((each) => each.index).filter((each) => !nemesis.group.includes(each))),
      ])
    case 'heal':
      swarm.setFaults({})
      return swarm.heal()
    case 'cut':
    case 'one way': {
      const pages = devices[nemesis.other % devices.length]!.pages
      const [a, b] = [device.pages[tab % Math.max(1, device.pages.length)], pages[tab % Math.max(1, pages.length)]]
      if (a === undefined || b === undefined) return
      return nemesis.do === 'cut' ? swarm.cut(a.name, b.name) : swarm.oneWay(a.name, b.name)
    }
    case 'drop':
      return swarm.setFaults({ drop: nemesis.chance })
    case 'duplicate':
      return swarm.setFaults({ duplicate: nemesis.chance })
    case 'reorder':
      return swarm.setFaults({ reorder: nemesis.chance })
    case 'delay':
      return swarm.setFaults({ delayMs: nemesis.maxMs })
    case 'signaling':
      return swarm.setSignaling(nemesis.isUp)
    case 'offline':
    case 'online':
      for (const page of device.pages) page.echo.network.setEnabled(nemesis.do === 'online')
  }
}
