import { Suspense, useState } from 'react'
import { createEcho, defineType, EchoProvider, query, useQuery, useSpace, useSpaces } from 'echo-react'
import { IdentityGate, InviteButton, JoinDialog, SyncStatus, takeInvitationFromLocation } from 'echo-react/components'
import 'echo-react/styles.css'
import { z } from 'zod'

const Task = defineType('task', z.object({ title: z.string(), done: z.boolean().default(false) }))
const echo = createEcho({ app: 'my-tasks', types: [Task], signaling: ['ws://localhost:4444'] })
const invitation = takeInvitationFromLocation()

function Tasks({ id }: { id: string }) {
  const space = useSpace(id)
  const tasks = useQuery(space, query(Task).where({ done: false }).orderBy('title'))
  return (
    <>
      <SyncStatus space={space} /> <InviteButton space={space} />
      {tasks.map((task) => <button key={task.id} onClick={() => space.update(task, { done: true })}>{task.title}</button>)}
      <button onClick={() => space.create(Task, { title: 'Water the beans' })}>Add</button>
    </>
  )
}

function Home() {
  const [first] = useSpaces()
  const [link, setLink] = useState(invitation)
  const close = () => setLink(undefined)
  return (
    <>
      {first ? <Tasks id={first.id} /> : <button onClick={() => void echo.spaces.create({ name: 'Garden' })}>New space</button>}
      <JoinDialog open={link !== undefined} link={link} onClose={close} onJoined={close} />
    </>
  )
}

export default function App() {
  return (
    <EchoProvider echo={echo} fallback="Opening…" errorFallback={(error) => <p role="alert">{error.message}</p>}>
      <IdentityGate><Suspense fallback="Loading…"><Home /></Suspense></IdentityGate>
    </EchoProvider>
  )
}
