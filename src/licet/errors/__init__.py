"""Everything that Licet raises.

    LicetError                          exit_code 1
    ├── InputError                      exit_code 2: a file, CSV or argument that cannot be used
    ├── DocumentError
    │   ├── DocumentMissing             found neither in the folders nor at its URI
    │   ├── DocumentMismatch            found, but its bytes have another SHA-256
    │   └── DocumentInvalid             the right bytes, but not a document of the type expected
    ├── PackInvalid                     an audit's evidence that was altered, or does not lead to its report
    ├── ChainError
    │   ├── ConnectionFailed            exit_code 2: nothing answers at the URL
    │   ├── WrongChain                  exit_code 2: the node is on another chain than the deployment
    │   ├── NotAContract                exit_code 2: no code at an address
    │   ├── UnexpectedAnswer            a contract that answers as none of Licet's does
    │   ├── NodeUntrue                  a node that its own headers, proofs, or the contracts' heads belie
    │   ├── NodeForgot                  a node that no longer has old states, blocks or logs
    │   ├── NodesDisagree               two nodes that have different blocks in one place
    │   ├── NotConfirmed                a transaction in an outbox, on its way
    │   ├── TransactionCancelled        one that was called off in time
    │   └── NodeFailed                  a local node could not be found, started or kept running
    ├── OutboxFailed                    exit_code 2: an outbox that cannot be read or written
    ├── IndexUnusable                   exit_code 2: a database that is no index, or of something else
    ├── IndexFailed                     an index's database that cannot be read or written now
    ├── SpaceMissing                    memory and disk do not suffice
    ├── DeploymentError                 the deployed code is not the code that was shipped
    │   └── NotARegistry                exit_code 2: another program's contract at the registry's address
    ├── SignerError
    │   ├── WrongPassword               a keystore that the password does not open
    │   └── DevelopmentKeyRefused       a publicly known key on a chain that is not local
    ├── ToolMissing                     a program that something needs is not installed
    ├── EngineFailed                    an engine that was to compute gave up
    ├── IndexDamaged                    a local index that has to be built again
    ├── RightsError                     the chain answered, and the answer is no
    │   ├── NotRegistered
    │   ├── Contested                   competing claims: the buyer has to name one
    │   ├── NotOnOffer
    │   └── InsufficientBalance
    └── Reverted                        a transaction or call that a contract refused
        └── …                           one class for each custom error, by its name

Messages say what is wrong and what to do; `facts` carries the same as data.
`exit_code` is what the command line ends with.
"""

from licet.errors.cases import *  # noqa: F403
from licet.errors.general import *  # noqa: F403
from licet.errors.money import *  # noqa: F403
from licet.errors.reverted import *  # noqa: F403
from licet.errors.reverted import REVERTS
from licet.errors.rights import *  # noqa: F403

REVERT_NAMES = tuple(name for name in REVERTS if "(" not in name)
"""The custom errors that have a class of their own, by their names in Solidity."""
