/** The tasks that every contender of `graph` keeps: 50 owners, and under the first task a tree of a tenth of all. */
export const owners = 50
export const shownRows = 100
export const itemCount = 100_000
export const subtreeCount = 10_000
export const batchCount = 1_000

export const taskId = (i) => `task-${i}`

/** @returns task `i`; `parent` is the number of another task, or undefined */
export function taskAt(i) {
  return {
    title: `Water the plants of row ${i}`,
    done: i % 3 === 0,
    due: (i * 7919) % 100_003,
    owner: `person-${i % owners}`,
    parent: i > 0 && i < subtreeCount ? Math.floor((i - 1) / 10) : undefined,
  }
}

/** What the query of an owner has to find: titles of the open tasks, by due, the first so many. */
export function expectedTitles(owner, tasks) {
  return tasks
    .filter((task) => task.owner === owner && !task.done)
    .sort((a, b) => a.due - b.due)
    .slice(0, shownRows)
    .map(({ title }) => title)
}
