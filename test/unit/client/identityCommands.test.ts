import { expect, it } from 'vitest'
import { createIdentityControl } from '../../../src/client/person/identityCommands.ts'
import { createIdentityStore } from '../../../src/identity/identityStore.ts'
import { createProfileRecord } from '../../../src/identity/profileRecord.ts'
import { createMemoryDisk } from '../../../src/storage/memory/memoryDisk.ts'
import { createMemoryStorage } from '../../../src/storage/memory/memoryStorage.ts'
import { seededCrypto } from '../access/people.ts'

it('says that the signed profile has changed only when it has, so that one that is refused is not offered without end', async () => {
  const crypto = seededCrypto()
  const storage = createMemoryStorage({ disk: createMemoryDisk() })
  await storage.open()
  const store = createIdentityStore({ crypto, storage })
  const { identity } = await store.create('Ann')
  const control = createIdentityControl(() => {})
  await control.attach(store)
  const heard: (string | undefined)[] = []
  control.profile.subscribe(() => heard.push(control.profile.get()?.name))
  await store.updateProfile({ name: 'Anna' })
  const stale = await createProfileRecord(crypto, identity, 0, { name: 'Old' })
  await control.takeProfile(stale)
  await control.reload()
  expect(heard).toEqual(['Anna'])
  await control.takeProfile(await createProfileRecord(crypto, identity, 2, { name: 'Annette' }))
  expect(heard).toEqual(['Anna', 'Annette'])
})
