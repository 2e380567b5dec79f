import { createEcho, defineType, EchoProvider, query, useQuery, useSpace, useSpaces } from 'echo-react'
import { IdentityGate, InviteButton, SyncStatus } from 'echo-react/components'
import 'echo-react/styles.css'
import { Suspense } from 'react'
import { z } from 'zod'

const Task = defineType('task', z.object({ title: z.string(), done: z.boolean().default(false) }))
const echo = createEcho({ app: 'my-tasks', types: [Task], signaling: ['ws://localhost:4444'] })

function Tasks({ id }: { id: string }) {
  const space = useSpace(id)
  const tasks = useQuery(space, query(Task).where({ done: false }).orderBy('title'))
  return (
    <>
      <SyncStatus space={space} /> <InviteButton space={space} />
      {tasks.map((task) => (
        <button key={task.id} onClick={() => space.update(task, { done: true })}>{task.title}</button>
      ))}
      <button onClick={() => space.create(Task, { title: 'Water the beans' })}>Add</button>
    </>
  )
}

function Home() {
  const [first] = useSpaces()
  return first ? <Tasks id={first.id} /> : <button onClick={() => void echo.spaces.create({ name: 'Garden' })}>New space</button>
}

export const App = () => (
  <EchoProvider echo={echo} fallback="Opening…">
    <IdentityGate>
      <Suspense fallback="Loading…"><Home /></Suspense>
    </IdentityGate>
  </EchoProvider>
)
