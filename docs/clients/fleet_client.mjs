// Submit a task, wait for its outcome and patch, then replay that stretch of fleet.task-events. Usage: node fleet_client.mjs REPOSITORY
import { randomBytes } from 'node:crypto'
import kafkajs from 'kafkajs'
import registryClient from '@kafkajs/confluent-schema-registry'

const kafka = new kafkajs.Kafka({ brokers: process.env.FLEET_KAFKA_BOOTSTRAP_SERVERS.split(','), logLevel: kafkajs.logLevel.ERROR })
const registry = new registryClient.SchemaRegistry({ host: process.env.FLEET_REGISTRY_URL })
const [admin, producer] = [kafka.admin(), kafka.producer()]
await Promise.all([admin.connect(), producer.connect()])

// Reads a topic from the given offsets; `each` gets the decoded values and returns true at the end.
async function read (topic, offsets, each) {
  const consumer = kafka.consumer({ groupId: `client-${randomBytes(6).toString('hex')}` })
  await consumer.connect()
  await consumer.subscribe({ topic })
  let finish
  const finished = new Promise(resolve => { finish = resolve })
  await consumer.run({ eachMessage: async ({ partition, message }) => {
    if (each(partition, message, await registry.decode(message.value))) finish()
  } })
  for (const { partition, offset } of offsets) consumer.seek({ topic, partition, offset })
  await finished
  await consumer.disconnect()
}

const began = Date.now() - 1000
const ends = await admin.fetchTopicOffsets('fleet.results')
const task = { id: `node-${randomBytes(6).toString('hex')}`, kind: 'devops.check-files', role: 'devops', repository: process.argv[2] }
const value = await registry.encode(await registry.getLatestSchemaId('fleet.tasks-value'), task)
await producer.send({ topic: 'fleet.tasks', messages: [{ key: task.id, value }] })
let outcome
await read('fleet.results', ends, (_, __, value) => { if (value.taskId === task.id) return (outcome = value) })
console.log(outcome.status, outcome.taskId, outcome.result?.summary ?? outcome.failure)
console.log(outcome.result?.patch ?? 'no patch')
await read('fleet.task-events', await admin.fetchTopicOffsetsByTimestamp('fleet.task-events', began), (partition, message, event) => {
  console.log(`${partition}@${message.offset}`, event.type, event.workflowId)
  return event.type === 'WORKFLOW_ENDED' && event.workflowId === task.id
})
await Promise.all([admin.disconnect(), producer.disconnect()])
process.exit(outcome.status === 'SUCCEEDED' ? 0 : 1)
