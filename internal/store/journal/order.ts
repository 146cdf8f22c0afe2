/** Whether no earlier delivery of its key is still owed; `d` is a row of `deliveries`. */
export const IS_FIRST = `(d.order_key is null or not exists (
  select from deliveries earlier
  where earlier.webhook_id = d.webhook_id and earlier.order_key = d.order_key and earlier.order_no < d.order_no
))`;
