"""The Celery engine: run ids carried by Redis or RabbitMQ to workers on any number of machines."""
