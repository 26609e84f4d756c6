import type { Cloud } from '../../cloud.ts'
import type { ControlRoute } from '../../control/control-route.ts'
import { json } from '../../protocol/json.ts'
import type { Service } from '../service.ts'
import { closeEcs, openFrontDoor, serviceUrl } from './ecs.ts'
import { createCluster, deleteCluster } from './operations/clusters.ts'
import { createService } from './operations/create-service.ts'
import { deleteService } from './operations/delete-service.ts'
import { describeServices } from './operations/describe-services.ts'
import {
  deregisterTaskDefinition,
  describeTaskDefinition,
  registerTaskDefinition,
} from './operations/task-definitions.ts'
import { describeTasks, listTasks } from './operations/tasks.ts'
import { updateService } from './operations/update-service.ts'
import { reconcile, tasksOf } from './reconcile.ts'
import { credentialsRoute } from './task-credentials.ts'

/** Where services are reached: what an ALB's DNS name tells in AWS. */
const endpointsRoute: ControlRoute = {
  method: 'GET',
  path: '/_keyturn/services',
  handle: (_request, cloud) => ({
    services: Object.values(cloud.state.ecs.services)
      .filter(({ status }) => status === 'ACTIVE')
      .map((service) => ({
        name: service.name,
        arn: service.arn,
        url: serviceUrl(cloud, service.arn),
        healthyTasks: tasksOf(cloud, service).filter(({ healthStatus }) => healthStatus === 'HEALTHY').length,
      })),
  }),
}

/** Amazon ECS on Fargate: services whose tasks are Node processes that stand in for container images. */
export const ecs: Service = {
  name: 'ecs',
  protocol: json,
  operations: {
    CreateCluster: createCluster,
    CreateService: createService,
    DeleteCluster: deleteCluster,
    DeleteService: deleteService,
    DeregisterTaskDefinition: deregisterTaskDefinition,
    DescribeServices: describeServices,
    DescribeTaskDefinition: describeTaskDefinition,
    DescribeTasks: describeTasks,
    ListTasks: listTasks,
    RegisterTaskDefinition: registerTaskDefinition,
    UpdateService: updateService,
  },
  control: [credentialsRoute, endpointsRoute],
  start: resume,
  stop: closeEcs,
}

/** After a restart from saved state no task of the last run is alive, and the services start new ones. */
async function resume(cloud: Cloud): Promise<void> {
  const { tasks, services } = cloud.state.ecs
  for (const task of Object.values(tasks)) {
    if (task.lastStatus === 'STOPPED') continue
    task.lastStatus = 'STOPPED'
    task.desiredStatus = 'STOPPED'
    task.stoppedReason ??= 'The local cloud was stopped'
  }
  for (const service of Object.values(services)) {
    if (service.status === 'ACTIVE') await openFrontDoor(cloud, service)
    reconcile(cloud, service)
  }
}
