"""The operations of the allocation screens of HMPPS (`/compat/hmpps-workload/`), on our figures and actions.

Names and types of fields are theirs. Off unless `WMT_HMPPS_WORKLOAD` is set.
"""
