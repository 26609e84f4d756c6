import { type RestRoute, restJson } from '../../protocol/rest-json.ts'
import type { Service } from '../service.ts'
import { closeLambda } from './create-lambda.ts'
import { addPermission } from './operations/add-permission.ts'
import { deleteFunctionConcurrency, getFunctionConcurrency, putFunctionConcurrency } from './operations/concurrency.ts'
import { createFunction } from './operations/create-function.ts'
import { deleteFunction } from './operations/delete-function.ts'
import {
  deleteFunctionEventInvokeConfig,
  getFunctionEventInvokeConfig,
  putFunctionEventInvokeConfig,
} from './operations/event-invoke-config.ts'
import { getAccountSettings } from './operations/get-account-settings.ts'
import { getFunction } from './operations/get-function.ts'
import { invoke } from './operations/invoke.ts'
import { removePermission } from './operations/remove-permission.ts'
import { updateFunctionCode } from './operations/update-function-code.ts'
import { updateFunctionConfiguration } from './operations/update-function-configuration.ts'

const one = '/2015-03-31/functions/{FunctionName}'
const concurrency = '/2017-10-31/functions/{FunctionName}/concurrency'
const eventInvoke = '/2019-09-25/functions/{FunctionName}/event-invoke-config'

const routes: readonly RestRoute[] = [
  { method: 'POST', path: '/2015-03-31/functions', operation: 'CreateFunction', status: 201 },
  { method: 'GET', path: one, operation: 'GetFunction' },
  { method: 'DELETE', path: one, operation: 'DeleteFunction', status: 204 },
  { method: 'PUT', path: `${one}/configuration`, operation: 'UpdateFunctionConfiguration' },
  { method: 'PUT', path: `${one}/code`, operation: 'UpdateFunctionCode' },
  { method: 'POST', path: `${one}/invocations`, operation: 'Invoke', payload: 'Payload' },
  { method: 'POST', path: `${one}/policy`, operation: 'AddPermission', status: 201 },
  { method: 'DELETE', path: `${one}/policy/{StatementId}`, operation: 'RemovePermission', status: 204 },
  { method: 'GET', path: '/2016-08-19/account-settings', operation: 'GetAccountSettings' },
  { method: 'PUT', path: concurrency, operation: 'PutFunctionConcurrency' },
  { method: 'DELETE', path: concurrency, operation: 'DeleteFunctionConcurrency', status: 204 },
  { method: 'GET', path: concurrency.replace('2017-10-31', '2019-09-30'), operation: 'GetFunctionConcurrency' },
  { method: 'PUT', path: eventInvoke, operation: 'PutFunctionEventInvokeConfig' },
  { method: 'GET', path: eventInvoke, operation: 'GetFunctionEventInvokeConfig' },
  { method: 'DELETE', path: eventInvoke, operation: 'DeleteFunctionEventInvokeConfig', status: 204 },
]

/** AWS Lambda, running Node functions from the zips that were uploaded, each under its role. */
export const lambda: Service = {
  name: 'lambda',
  protocol: restJson(routes),
  operations: {
    AddPermission: addPermission,
    CreateFunction: createFunction,
    DeleteFunction: deleteFunction,
    DeleteFunctionConcurrency: deleteFunctionConcurrency,
    DeleteFunctionEventInvokeConfig: deleteFunctionEventInvokeConfig,
    GetAccountSettings: getAccountSettings,
    GetFunction: getFunction,
    GetFunctionConcurrency: getFunctionConcurrency,
    GetFunctionEventInvokeConfig: getFunctionEventInvokeConfig,
    Invoke: invoke,
    PutFunctionConcurrency: putFunctionConcurrency,
    PutFunctionEventInvokeConfig: putFunctionEventInvokeConfig,
    RemovePermission: removePermission,
    UpdateFunctionCode: updateFunctionCode,
    UpdateFunctionConfiguration: updateFunctionConfiguration,
  },
  stop: (cloud) => closeLambda(cloud),
}
