"""Submit a task, wait for its outcome and patch, then replay that stretch of fleet.task-events. Usage: fleet_client.py REPOSITORY"""
import os, sys, time, uuid
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.schema_registry import SchemaRegistryClient
from confluent_kafka.schema_registry.avro import AvroDeserializer, AvroSerializer
from confluent_kafka.serialization import MessageField, SerializationContext

broker = {"bootstrap.servers": os.environ["FLEET_KAFKA_BOOTSTRAP_SERVERS"]}
registry = SchemaRegistryClient({"url": os.environ["FLEET_REGISTRY_URL"]})
encode = AvroSerializer(registry, conf={"auto.register.schemas": False, "use.latest.version": True})
decode = AvroDeserializer(registry)
consumer = Consumer({**broker, "group.id": "unused", "enable.auto.commit": False, "isolation.level": "read_committed"})

def partitions(topic):
    return list(consumer.list_topics(topic, timeout=10).topics[topic].partitions)
def read(start, done):  # yields what follows the given positions, until done(message)
    consumer.assign(start)
    while not done(message := consumer.poll(1.0)):
        if message is not None and message.error() is None:
            yield message, decode(message.value(), SerializationContext(message.topic(), MessageField.VALUE))

began = int(time.time() * 1000) - 1000
ends = [TopicPartition("fleet.results", p, consumer.get_watermark_offsets(TopicPartition("fleet.results", p))[1])
        for p in partitions("fleet.results")]
task = {"id": f"python-{uuid.uuid4().hex[:12]}", "kind": "devops.check-files", "role": "devops", "repository": sys.argv[1]}
producer = Producer(broker)
producer.produce("fleet.tasks", key=task["id"], value=encode(task, SerializationContext("fleet.tasks", MessageField.VALUE)))
producer.flush(10)
deadline = time.time() + 300
for _, outcome in read(ends, lambda m: time.time() > deadline):
    if outcome["taskId"] == task["id"]:
        break
else:
    sys.exit(f"no outcome of {task['id']} within 300 s")
print(outcome["status"], outcome["taskId"], outcome["result"]["summary"] if outcome["result"] else outcome["failure"])
print((outcome["result"] or {}).get("patch") or "no patch")
since = consumer.offsets_for_times([TopicPartition("fleet.task-events", p, began) for p in partitions("fleet.task-events")])
for message, event in read([p for p in since if p.offset >= 0], lambda m: m is None):
    print(f"{message.partition()}@{message.offset()}", event["type"], event["workflowId"])
sys.exit(0 if outcome["status"] == "SUCCEEDED" else 1)
